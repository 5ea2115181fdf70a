"""The Android Publisher API's reviews: https://developers.google.com/android-publisher/reply-to-reviews.

Tokens: https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests.
"""

import functools
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from made.platforms.app_store_connect import as_pem
from made.platforms.base import Answer, Asked, FakePlatform, Post

APP = "com.brindlecart.app"
EMAIL = "reader@brindlecart.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"


@functools.cache
def private_key():
    return rsa.generate_private_key(65537, 2048)


@functools.cache
def private_pem():
    return as_pem(private_key())


class FakePlayConsole(FakePlatform):
    """The server does not forget what is older than a week, as the API does: posts of the tests are of any age."""

    platform = "play_console"
    has_removals = keeps_all = False
    token = "ya29.c.fake"

    @property
    def secrets(self):
        return {"PLAY_CONSOLE_SERVICE_ACCOUNT": json.dumps({
            "type": "service_account", "project_id": "brindlecart", "private_key_id": "8a1b", "client_id": "10123",
            "private_key": private_pem(), "client_email": EMAIL, "universe_domain": "googleapis.com",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": f"{self.url}/token"})}

    @property
    def entry(self):
        return {**super().entry, "app": APP}

    def new_id(self, k):
        return f"gp:AOqpTOE{k:08d}"

    def expected(self, post):
        return {"verbatim": post.words, "received_at": post.changed_at, "rating": post.stars, "rating_lowest": 1,
                "rating_highest": 5, "segments": {"language": "en", "version": "3.14.1"}, "author": None,
                "url": f"https://play.google.com/store/apps/details?id={APP}&reviewId=gp%3A{post.id[3:]}"}

    def is_allowed(self, asked: Asked) -> bool:
        return asked.path == "/token" or asked.headers.get("authorization") == f"Bearer {self.token}"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self.give_token(asked.form)
        if asked.path != f"/androidpublisher/v3/applications/{APP}/reviews":
            return Answer(_error(404, "Package not found.", "applicationNotFound"), 404)
        n, token = int(asked.params["maxResults"]), asked.params.get("token", "next-0")
        if n > 100 or not token.startswith("next-"):
            return Answer(_error(400, "Invalid Value", "invalid"), 400)
        first = int(token[5:])
        posts = self.newest_first("changed_at")
        body = {"reviews": [self.review(post) for post in posts[first:first + n]]} if posts else {}
        if len(posts) > first + n:
            body["tokenPagination"] = {"nextPageToken": f"next-{first + n}"}
        return Answer(body)

    def give_token(self, form):
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        try:
            claims = jwt.decode(form["assertion"], private_key().public_key(), ["RS256"], audience=f"{self.url}/token",
                                issuer=EMAIL, options={"require": ["iss", "iat", "exp", "aud", "scope"]})
        except jwt.PyJWTError:
            return Answer({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        if claims["scope"] != SCOPE or claims["exp"] - claims["iat"] > 3600:
            return Answer({"error": "invalid_scope"}, 400)
        return Answer({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def review(self, post: Post):
        seconds = str(int(post.changed_at.timestamp()))
        said = [{"userComment": {
            "text": f"\t{post.words}", "lastModified": {"seconds": seconds, "nanos": 713000000},
            "starRating": post.stars, "reviewerLanguage": "en", "device": "trltecan", "androidOsVersion": 34,
            "appVersionCode": 31401, "appVersionName": "3.14.1", "thumbsUpCount": 10, "thumbsDownCount": 3,
            "deviceMetadata": {"productName": "E5333 (Xperia C4 Dual)", "manufacturer": "Sony", "deviceClass": "phone",
                               "screenWidthPx": 1080, "screenHeightPx": 1920, "nativePlatform": "armeabi-v7a",
                               "screenDensityDpi": 480, "glEsVersion": 196608, "cpuModel": "MT6752", "cpuMake": "Mtk",
                               "ramMb": 2048}}}]
        if post.stars == 1:
            said.append({"developerComment": {"text": "Thank you, we look into it.",
                                              "lastModified": {"seconds": seconds, "nanos": 0}}})
        return {"reviewId": post.id, "authorName": post.author, "comments": said}


def _error(status, message, reason):
    return {"error": {"code": status, "message": message, "status": "FAILED",
                      "errors": [{"message": message, "domain": "global", "reason": reason}]}}
