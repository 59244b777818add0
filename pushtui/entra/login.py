"""Requests to the sign-in host, for msal and for the discovery of a tenant."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import offset_of
from pushtui.base.errors import PushtuiError, RequestRefused, Side, SignInRefused, Unreachable
from pushtui.base.proxies import shown_proxy
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.entra import failures, oauth, patience
from pushtui.entra.clouds import Cloud, host_of
from pushtui.entra.loop import LoopThread
from pushtui.entra.settings import NetworkSettings
from pushtui.entra.stream import Listen, StreamLine
from pushtui.entra.transport import open_client, proxy_for

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


@frozen
class LoginAnswer:
    """An answer below 500, in the shape that msal's `http_client` interface wants; its repr tells no token."""

    status_code: int
    text: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    received: float = field(default_factory=time.time, repr=False)
    """Seconds since the epoch."""

    @property
    def clock_offset(self) -> float | None:
        """Seconds that the sign-in host's clock is ahead of ours; None where a cache may have answered."""
        return None if "age" in self.headers else offset_of(self.headers.get("date"), self.received)

    def raise_for_status(self) -> None:
        """Nothing: what msal would raise here was raised before."""

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object; empty where it is none."""
        try:
            value = json.loads(self.text)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class LoginHost:
    """The sign-in host of one cloud: retries announced, pages that are no JSON refused. Lives in one event loop."""

    def __init__(self, cloud: Cloud, network: NetworkSettings, seconds: float, listen: Listen) -> None:
        self._cloud = cloud
        self._network = network
        self._seconds = seconds
        self._listen = listen
        self._client: httpx.AsyncClient | None = None

    async def request(
        self,
        method: str,
        url: str,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> LoginAnswer:
        """The answer; raises `PushtuiError` for a network failure, an intercepted answer, 429 or 5xx that stay."""
        place = self.place(f"{method} {urlsplit(url).path}")
        self.check_host(url, place)
        spent = 0.0
        for attempt in range(1, patience.TRIES + 1):
            outcome = await self._once(method, url, data, headers or {}, place)
            if isinstance(outcome, LoginAnswer):
                return outcome
            error, retry_after = outcome
            seconds = None if retry_after is None else patience.pause(attempt, retry_after, spent)
            if seconds is None:
                raise error
            spent += seconds
            text = _("{reason}; trying again in {seconds:.0f} s").format(reason=error.what, seconds=seconds)
            self._listen(StreamLine("progress", text, wait=seconds))
            await asyncio.sleep(seconds)
        raise AssertionError("patience ends before its tries do")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def place(self, request: str) -> failures.Place:
        proxy = shown_proxy(proxy_for(self._cloud.login, self._network))
        return failures.Place(Side.ENTRA, urlsplit(self._cloud.login).netloc, proxy, request)

    def check_host(self, url: str, place: failures.Place) -> None:
        """Credentials only ever go to the sign-in host that the profile names."""
        if urlsplit(url)[:2] == urlsplit(self._cloud.login)[:2]:
            return
        raise SignInRefused(
            "entra.other-cloud",
            _("The tenant signs in at {host}, not at {login}").format(
                host=clean_line(host_of(url)), login=host_of(self._cloud.login)
            ),
            side=Side.ENTRA,
            where=place.where,
            cause=_("It lives in another national cloud"),
            remedy=_("Set name in the [cloud] table of the profile"),
        )

    async def _once(
        self,
        method: str,
        url: str,
        data: Mapping[str, str] | str | None,
        headers: Mapping[str, str],
        place: failures.Place,
    ) -> LoginAnswer | tuple[PushtuiError, str | None]:
        """The answer, or why there is none and what Retry-After says; None where trying again makes no sense."""
        try:
            self._client = self._client or open_client(self._cloud.login, self._network)
            async with asyncio.timeout(self._seconds):
                form = data if isinstance(data, Mapping) else None
                text = data if isinstance(data, str) else None
                answer = await self._client.request(method, url, data=form, content=text, headers=dict(headers))
        except PushtuiError:
            raise
        except Exception as error:  # translated here, whatever it is: its request holds the credentials
            failure = failures.network_failure(error, place)
            return failure, "0" if failures.dropped(error) else None
        return _judged(answer, place)


def _judged(answer: httpx.Response, place: failures.Place) -> LoginAnswer | tuple[PushtuiError, str | None]:
    kind = answer.headers.get("content-type", "")
    result = LoginAnswer(answer.status_code, answer.text, dict(answer.headers))
    retry_after = answer.headers.get("retry-after", "")
    if answer.status_code == 429:
        return _throttled(place, retry_after), retry_after
    if answer.status_code >= 500:
        return _unavailable(answer.status_code, result.json, place), retry_after
    if not result.json or 300 <= answer.status_code < 400:
        bad = failures.BadAnswer(answer.status_code, kind, answer.headers.get("location", ""))
        return failures.intercepted(bad, place), None
    return result


def _throttled(place: failures.Place, retry_after: str) -> PushtuiError:
    return RequestRefused(
        "entra.throttled",
        _("The sign-in service answered “too many requests”"),
        side=Side.ENTRA,
        where=place.where,
        cause=_("It asks to wait {seconds} s").format(seconds=clean_line(retry_after)) if retry_after else "",
        remedy=_("Wait and try again"),
        identifier="HTTP 429",
    )


def _unavailable(status: int, body: Mapping[str, Any], place: failures.Place) -> PushtuiError:
    described = oauth.refusal(body, place) if body.get("error") else None
    return Unreachable(
        "entra.unavailable",
        _("The sign-in service is not available at the moment (status {status})").format(status=status),
        side=Side.ENTRA,
        where=place.where,
        cause=described.cause if described else "",
        remedy=_("Try again in some minutes"),
        identifier=f"HTTP {status}",
    )


class MsalHttp:
    """msal's `http_client`: blocking calls that a cancellation and a wall-clock limit can cut short.

    msal's assertion is bytes, which httpx would send as ``b'…'``; and msal knows nothing of CA files, proxies and
    retries of ours.
    """

    def __init__(self, host: LoginHost) -> None:
        self._host = host
        self._loop = LoopThread("pushtui-sign-in", Side.ENTRA)
        self.cancellation = Cancellation()
        """Of the call that is under way; set by whoever calls msal."""
        self.refusal: dict[str, Any] = {}
        """The last error answer, because msal's ValueError does not tell it."""

    def get(self, url: str, params: Any = None, headers: Any = None, **_kwargs: Any) -> LoginAnswer:
        return self._call(lambda: self._host.request("GET", url, headers=headers))

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_kwargs: Any) -> LoginAnswer:
        if isinstance(data, Mapping):
            data = {key: value.decode() if isinstance(value, bytes) else str(value) for key, value in data.items()}
        return self._call(lambda: self._host.request("POST", url, data, headers))

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]], cancellation: Cancellation) -> Future[T]:
        """The outcome of other work with the host, where its connections live."""
        return self._loop.submit(work, cancellation)

    def close(self) -> None:
        self._loop.close(self._host.close)

    def _call(self, work: Callable[[], Coroutine[Any, Any, LoginAnswer]]) -> LoginAnswer:
        answer = self.submit(work, self.cancellation).result()
        self.refusal = answer.json if answer.status_code >= 400 else {}
        return answer
