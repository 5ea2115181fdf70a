"""BERTopic, the only place that knows it. Its topics are groups here, and its -1 ends at this door."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from cx_text.backends.base import FloatArray, Grouping, IntArray

N_NEIGHBOURS = 15
N_COMPONENTS = 5
# UMAP's own choices, a spectral start and up to 500 rounds, gave no better groups on survey answers and bank requests
# (AMI 0.27 and 0.75 either way) in more time.
N_EPOCHS = 200
WORD = r"(?u)\b[^\W\d]\w+\b"


class BertopicClusterer:
    """Groups texts with BERTopic: UMAP, HDBSCAN, class TF-IDF.

    Args:
        min_share: Smallest group that becomes a theme, as a share of the texts.
        min_size: Smallest group in texts, whatever the share.
        max_groups: More groups than this are merged, the most alike first.
    """

    def __init__(self, *, min_share: float = 0.01, min_size: int = 8, max_groups: int = 20) -> None:
        self.min_share, self.min_size, self.max_groups = min_share, min_size, max_groups

    def cluster(self, texts: Sequence[str], embeddings: FloatArray, *, seed: int) -> Grouping:
        """Return the groups; the same texts, embeddings and seed give the same groups, whatever the thread count."""
        if len(texts) < 2 * self.min_size:
            return Grouping(np.full(len(texts), -1, dtype=np.int64), ())
        from bertopic import BERTopic
        from bertopic.vectorizers import ClassTfidfTransformer
        from hdbscan import HDBSCAN
        from sklearn.feature_extraction.text import CountVectorizer
        from umap import UMAP

        n_neighbours = min(N_NEIGHBOURS, len(texts) - 1)
        reduce = UMAP(n_neighbors=n_neighbours, n_components=min(N_COMPONENTS, len(texts) - 2), min_dist=0.0,
                      metric="cosine", init="pca", n_epochs=N_EPOCHS, random_state=seed,
                      precomputed_knn=(*exact_neighbours(embeddings, n_neighbours), None))
        group = HDBSCAN(min_cluster_size=max(self.min_size, round(self.min_share * len(texts))), min_samples=5,
                        cluster_selection_method="leaf", core_dist_n_jobs=1)
        count = CountVectorizer(stop_words="english", token_pattern=WORD)
        words_of = count.build_analyzer()
        if len({word for text in texts for word in words_of(text)}) < 2:
            return Grouping(np.full(len(texts), -1, dtype=np.int64), ())  # emoji, digits, stop words: nothing to name
        model = BERTopic(embedding_model=None, umap_model=reduce, hdbscan_model=group, vectorizer_model=count,
                         ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True), calculate_probabilities=False)
        with warnings.catch_warnings():  # a single-threaded UMAP is what a seed means; it need not be said each time
            warnings.filterwarnings("ignore", message="n_jobs value")
            warnings.filterwarnings("ignore", message=".*precomputed_knn")
            topics, _ = model.fit_transform(list(texts), embeddings)
            n_groups = len(set(topics) - {-1})
            if n_groups > self.max_groups:
                model.reduce_topics(list(texts), nr_topics=self.max_groups + (-1 in topics))
        labels = np.asarray(model.topics_, dtype=np.int64)
        keywords = tuple(tuple(word for word, weight in model.get_topic(k) or [] if weight > 0 and word)
                         for k in range(labels.max() + 1))
        return Grouping(labels, keywords)


def exact_neighbours(embeddings: FloatArray, n_neighbours: int) -> tuple[IntArray, FloatArray]:
    """Return the nearest rows by cosine, itself among them: int64 and float32 distances, each (n_rows, n_neighbours).

    Exact: up to some 20,000 rows this is faster than building an approximate index, and it needs no seed.
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute", metric="euclidean").fit(embeddings)
    chords, indices = search.kneighbors(embeddings)
    return indices.astype(np.int64), (chords**2 / 2).astype(np.float32)  # rows have length 1: chord² = 2 (1 - cosine)
