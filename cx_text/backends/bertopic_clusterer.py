"""BERTopic, the only place that knows it: UMAP, a tree of groups in place of HDBSCAN, and class TF-IDF for words."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np

from cx_text.backends.base import FloatArray, Grouping, IntArray
from cx_text.text.redact import PLACEHOLDER

N_NEIGHBOURS = 15
N_COMPONENTS = 5
FEW_GROUPS = 8
# UMAP's own choices, a spectral start and up to 500 rounds, gave no better groups on survey answers and bank requests
# in more time.
N_EPOCHS = 200
WORD = r"(?u)\b[^\W\d]\w{1,29}\b"  # nobody's word is longer


class BertopicClusterer:
    """Groups texts with BERTopic: UMAP, then Ward's tree (Ward 1963) cut at two heights.

    HDBSCAN leaves a fifth of short comments in no group and gives other groups for other seeds; Ward's tree, measured
    on the same reduced vectors, leaves none, agrees better with people's groups and with itself, and its two cuts give
    themes and sub-themes that fit into one another.

    Args:
        per_group: Texts to one group, about: more texts give more groups, up to `max_groups`.
        min_size: Smaller groups are joined with the nearest one.
        max_groups: Groups at most.
        max_tops: Groups of groups at most.
    """

    def __init__(self, *, per_group: int = 25, min_size: int = 8, max_groups: int = 60, max_tops: int = 12) -> None:
        self.per_group, self.min_size, self.max_groups, self.max_tops = per_group, min_size, max_groups, max_tops

    def cluster(self, texts: Sequence[str], embeddings: FloatArray, *, seed: int) -> Grouping:
        """Return the groups; the same texts, embeddings and seed give the same groups, whatever the thread count."""
        nothing = Grouping(np.full(len(texts), -1, dtype=np.int64), np.zeros(0, dtype=np.int64))
        if len(texts) < 2 * self.min_size or len(words_in(texts)) < 2:
            return nothing  # too few; or emoji, digits and stop words: nothing to name
        from bertopic import BERTopic
        from sklearn.feature_extraction.text import CountVectorizer
        from threadpoolctl import threadpool_limits
        from umap import UMAP

        n_neighbours = min(N_NEIGHBOURS, len(texts) - 1)
        with threadpool_limits(1):
            near = exact_neighbours(embeddings, n_neighbours)
        reduce = UMAP(n_neighbors=n_neighbours, n_components=min(N_COMPONENTS, len(texts) - 2), min_dist=0.0,
                      metric="cosine", init="pca", n_epochs=N_EPOCHS, random_state=seed,
                      precomputed_knn=(*near, None))
        few = min(FEW_GROUPS, len(texts) // (2 * self.min_size))  # a small export has several themes, too
        n_groups = min(self.max_groups, max(2, few, round(len(texts) / self.per_group)))
        group = WardTree(n_groups, min(self.max_tops, max(2, n_groups // 2)), self.min_size)
        model = BERTopic(embedding_model=None, umap_model=reduce, hdbscan_model=group, calculate_probabilities=False,
                         vectorizer_model=CountVectorizer(stop_words="english", token_pattern=WORD))
        # One thread: sums over several differ in their last bits, and UMAP makes other groups of that.
        with threadpool_limits(1), warnings.catch_warnings():
            # That a seed makes UMAP single-threaded need not be said each time.
            warnings.filterwarnings("ignore", message="n_jobs value")
            warnings.filterwarnings("ignore", message=".*precomputed_knn")
            warnings.filterwarnings("ignore", message=".*connected components of the connectivity")
            labels = np.asarray(model.fit_transform(list(texts), embeddings)[0], dtype=np.int64)
        firsts = [int(np.argmax(labels == k)) for k in range(int(labels.max()) + 1)]
        return Grouping(labels, group.tops_[firsts])

    def keywords(self, groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return per group the words that set its texts apart from those of the others, by class TF-IDF, best first."""
        from bertopic.vectorizers import ClassTfidfTransformer
        from sklearn.feature_extraction.text import CountVectorizer

        joined = [PLACEHOLDER.sub(" ", " ".join(texts)) for texts in groups]
        if not words_in(joined):
            return [()] * len(groups)
        count = CountVectorizer(stop_words="english", token_pattern=WORD)
        weights = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(count.fit_transform(joined))
        words = count.get_feature_names_out()
        found = []
        for row in weights.toarray():
            best = np.lexsort((words, -row))[:10]
            found.append(tuple(str(words[k]) for k in best if row[k] > 0))
        return found


class WardTree:
    """Ward's tree over neighbouring points, cut into groups and into groups of groups, as BERTopic wants a clusterer.

    Only points that are neighbours are joined, so memory grows with their number and not with its square.

    Args:
        n_groups: Groups of the lower cut.
        n_tops: Groups of the upper cut.
        min_size: Smaller groups are joined with the nearest one.
    """

    def __init__(self, n_groups: int, n_tops: int, min_size: int) -> None:
        self.n_groups, self.n_tops, self.min_size = n_groups, n_tops, min_size

    def fit(self, points: FloatArray, y: object = None) -> Self:
        """Group float32 (n, n_dims): `labels_` and `tops_`, each int64 (n,)."""
        del y
        from sklearn.cluster import AgglomerativeClustering
        from sklearn.neighbors import kneighbors_graph

        near = kneighbors_graph(points, min(N_NEIGHBOURS, len(points) - 1), include_self=False)
        tree = AgglomerativeClustering(self.n_groups, linkage="ward", connectivity=near, compute_full_tree=True)
        self.labels_ = _large_enough(points, tree.fit(points).labels_.astype(np.int64), self.min_size)
        self.tops_ = _cut(tree.children_, len(points), self.n_tops)
        for k in np.unique(self.labels_):  # a small group may have come from below another top: the majority decides
            own = self.labels_ == k
            self.tops_[own] = np.bincount(self.tops_[own]).argmax()
        return self


def _cut(children: IntArray, n_points: int, n_groups: int) -> IntArray:
    """Return int64 (n_points,) group numbers: the tree's merges undone until there are `n_groups`."""
    root = np.arange(n_points + len(children))
    for step in range(n_points - n_groups):
        root[children[step]] = n_points + step
    for node in range(len(root) - 1, -1, -1):
        root[node] = root[root[node]]
    return np.unique(root[:n_points], return_inverse=True)[1].astype(np.int64)


def _large_enough(points: FloatArray, labels: IntArray, min_size: int) -> IntArray:
    """Return the labels with each group of fewer than `min_size` joined to the one with the nearest centre."""
    while True:
        sizes = np.bincount(labels)
        small = np.flatnonzero((sizes > 0) & (sizes < min_size))
        if len(small) == 0 or (sizes > 0).sum() == 1:
            return np.unique(labels, return_inverse=True)[1].astype(np.int64)
        least = small[np.argmin(sizes[small])]
        others = np.array([k for k in np.flatnonzero(sizes > 0) if k != least])
        centres = np.stack([points[labels == k].mean(axis=0) for k in others])
        gaps = np.linalg.norm(centres - points[labels == least].mean(axis=0), axis=1)
        labels[labels == least] = others[np.argmin(gaps)]


def words_in(texts: Sequence[str]) -> set[str]:
    """Return the words of texts that are more than stop words, digits and placeholders."""
    from sklearn.feature_extraction.text import CountVectorizer

    words_of = CountVectorizer(stop_words="english", token_pattern=WORD).build_analyzer()
    return {word for text in texts for word in words_of(PLACEHOLDER.sub(" ", text))}


def exact_neighbours(embeddings: FloatArray, n_neighbours: int) -> tuple[IntArray, FloatArray]:
    """Return the nearest rows by cosine, itself among them: int64 and float32 distances, each (n_rows, n_neighbours).

    Exact: up to some 20,000 rows this is faster than building an approximate index, and it needs no seed.
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute", metric="euclidean").fit(embeddings)
    chords, indices = search.kneighbors(embeddings)
    return indices.astype(np.int64), (chords**2 / 2).astype(np.float32)  # rows have length 1: chord² = 2 (1 - cosine)
