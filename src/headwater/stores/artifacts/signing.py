"""Signed URLs of S3 with a query of their own, which obstore cannot make: AWS Signature Version 4."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from headwater.config import AwsSettings

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class S3Signer:
    """Signs requests to one bucket with the environment's keys."""

    settings: AwsSettings
    bucket: str

    def presign(
        self,
        method: str,
        key: str,
        query: dict[str, str],
        *,
        expires_s: int,
        headers: dict[str, str] | None = None,
        now: datetime | None = None,
    ) -> str:
        """Return a URL that is valid for `expires_s` seconds.

        Args:
            method: the HTTP method it is good for.
            key: the object's whole key in the bucket.
            query: what the URL says besides, such as `partNumber`.
            expires_s: seconds.
            headers: headers that the request must carry exactly so, by names in lower case.
            now: the time it is signed at; default: the clock's.
        """
        base = self._base()
        path = urlsplit(base).path + "/" + quote(key, safe="/~")
        signed = {"host": urlsplit(base).netloc, **(headers or {})}
        names = ";".join(sorted(signed))
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self.settings.region}/s3/aws4_request"
        parameters = {
            **query,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.settings.key_id}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(expires_s),
            "X-Amz-SignedHeaders": names,
        }
        if self.settings.token:
            parameters["X-Amz-Security-Token"] = self.settings.token
        text = "&".join(f"{_quote(name)}={_quote(parameters[name])}" for name in sorted(parameters))
        lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
        canonical = f"{method}\n{path}\n{text}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self._signing_key(stamp[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
        origin = base.removesuffix(urlsplit(base).path)
        return f"{origin}{path}?{text}&X-Amz-Signature={signature}"

    def _base(self) -> str:
        """Return the bucket's address: its own host at AWS, a path on any other server."""
        if self.settings.endpoint:
            return f"{self.settings.endpoint.rstrip('/')}/{self.bucket}".rstrip("/")
        if "." in self.bucket:  # a host with more dots has no certificate
            return f"https://s3.{self.settings.region}.amazonaws.com/{self.bucket}"
        return f"https://{self.bucket}.s3.{self.settings.region}.amazonaws.com"

    def _signing_key(self, day: str) -> bytes:
        key = f"AWS4{self.settings.secret}".encode()
        for part in (day, self.settings.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _quote(text: str) -> str:
    return quote(text, safe="~")
