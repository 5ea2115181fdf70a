"""Apple's API of customer reviews: https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews.

Tokens: https://developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests.
"""

import functools
from datetime import timedelta, timezone

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from made.platforms.base import Answer, Asked, FakePlatform, Post

PACIFIC = timezone(timedelta(hours=-8))
APP, KEY_ID, ISSUER = "682658836", "2X9R4HXF34", "57246542-96fe-1a63-e053-0824d011072a"


@functools.cache
def private_key():
    return ec.generate_private_key(ec.SECP256R1())


def as_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode().strip()


class FakeAppStoreConnect(FakePlatform):
    platform = "app_store_connect"

    @property
    def secrets(self):
        return {"APP_STORE_CONNECT_KEY_ID": KEY_ID, "APP_STORE_CONNECT_ISSUER_ID": ISSUER,
                "APP_STORE_CONNECT_PRIVATE_KEY": as_pem(private_key())}

    @property
    def entry(self):
        return {**super().entry, "app": APP}

    def new_id(self, k):
        return f"00000028-b08c-0014-729e-{k:012x}"

    def expected(self, post):
        return {**super().expected(post), "rating": post.stars, "rating_lowest": 1, "rating_highest": 5,
                "segments": {"country": "USA"}, "author": None}

    def is_allowed(self, asked: Asked) -> bool:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, private_key().public_key(), ["ES256"], audience="appstoreconnect-v1",
                                issuer=ISSUER, options={"require": ["iss", "iat", "exp", "aud"]})
        except jwt.PyJWTError:
            return False
        return jwt.get_unverified_header(token) == {"alg": "ES256", "kid": KEY_ID, "typ": "JWT"} and (
            claims["exp"] - claims["iat"] <= 1200)

    def answer(self, asked: Asked) -> Answer:
        there = [post for post in self.newest_first() if not post.is_removed]
        if asked.path.startswith("/v1/customerReviews/"):
            shown = [self.review(post) for post in there if post.id == asked.path.rpartition("/")[2]]
            return Answer({"data": shown[0]}) if shown else Answer(_error(404, "NOT_FOUND"), 404)
        if asked.path != f"/v1/apps/{APP}/customerReviews":
            return Answer(_error(404, "NOT_FOUND"), 404)
        limit, first = int(asked.params["limit"]), 0
        if limit > 200 or asked.params["sort"] != "-createdDate" or asked.params["include"] != "response":
            return Answer(_error(400, "PARAMETER_ERROR.INVALID"), 400)
        if cursor := asked.params.get("cursor"):
            if not cursor.startswith("AQ."):
                return Answer(_error(400, "PARAMETER_ERROR.INVALID"), 400)
            first = int(cursor[3:])
        page = there[first:first + limit]
        links = {"self": f"https://api.appstoreconnect.apple.com{asked.path}?limit={limit}"}
        if len(there) > first + limit:
            links["next"] = f"{links['self']}&cursor=AQ.{first + limit}"
        return Answer({"data": [self.review(post) for post in page], "included": [], "links": links,
                       "meta": {"paging": {"total": len(there), "limit": limit}}},
                      headers={"X-Rate-Limit": "user-hour-lim:3500;user-hour-rem:3141;"})

    def review(self, post: Post):
        here = f"https://api.appstoreconnect.apple.com/v1/customerReviews/{post.id}"
        return {"type": "customerReviews", "id": post.id, "attributes": {
            "rating": post.stars, "title": " ".join(post.words.split(" ")[:2]), "body": post.words,
            "reviewerNickname": post.author, "createdDate": post.created_at.astimezone(PACIFIC).isoformat(),
            "territory": "USA"},
            "relationships": {"response": {"links": {"self": f"{here}/relationships/response",
                                                     "related": f"{here}/response"}}}, "links": {"self": here}}


def _error(status, code):
    return {"errors": [{"id": "b91d85c7-b7db-4451-8f3f-9a3c8af9a392", "status": str(status), "code": code,
                        "title": "An error", "detail": "Something was wrong."}]}
