"""Microsoft Graph, and the discovery of tenants: everything that the cloud is asked goes through `Directory`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import PushtuiError, ReadOnlyRefused, RequestRefused, Side, UsageError
from pushtui.base.proxies import shown_proxy
from pushtui.base.secret import Secret
from pushtui.base.text import clean, clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.entra import failures, odata, patience
from pushtui.entra.clouds import API_VERSION, Cloud
from pushtui.entra.loop import LoopThread
from pushtui.entra.settings import NetworkSettings
from pushtui.entra.signin import SignIn
from pushtui.entra.stream import Listen, StreamLine
from pushtui.entra.transport import proxy_for
from pushtui.entra.wire import Attempt, Wire

Properties: TypeAlias = Mapping[str, Any]

_MAX_PAGES = 500


@frozen
class _Trouble:
    """A failed attempt. `retry_after` is what the service said ("" for nothing); None: do not try again."""

    error: PushtuiError
    retry_after: str | None = None


class Directory:
    """The tenant as Graph shows it. Calls return at once; their work happens on one private event loop thread."""

    def __init__(
        self,
        cloud: Cloud,
        network: NetworkSettings,
        sign_in: SignIn,
        *,
        read_only: bool,
        listen: Listen,
    ) -> None:
        self._cloud = cloud
        self._network = network
        self._sign_in = sign_in
        self._read_only = read_only
        self._listen = listen
        self._loop = LoopThread("pushtui-graph", Side.GRAPH)
        self._wire: Wire | None = None

    def discover(self, domain: str, cancellation: Cancellation) -> Future[Properties]:
        """Whose tenant `domain` belongs to, without signing in: ``tenant_id``, ``issuer``, ``token_endpoint``.

        An unknown domain is a `RequestRefused` with code ``entra.tenant-not-found``.
        """

        async def work() -> Properties:
            self._say("command", _("look up the tenant of {domain}").format(domain=clean_line(domain)))
            found = await asyncio.wrap_future(self._sign_in.discover(domain, cancellation))
            self._say(
                "verbose", _("{domain} belongs to tenant {id}").format(domain=clean_line(domain), id=found["tenant_id"])
            )
            return found

        return self._loop.submit(work, cancellation)

    def send(
        self, request: GraphRequest, tenant: str, cancellation: Cancellation, timeout: float
    ) -> Future[tuple[Properties, ...]]:
        """The JSON objects of the answer: the items of a collection with all its pages, one object, or none for 204.

        `timeout` limits each attempt, in seconds; signing in and the waits that Graph asks for come on top and end on
        `cancellation`. A read is sent again after a dropped connection or a busy answer; a change only after a 429,
        which says that it was not carried out. A change whose outcome is unknown is `AnswerLost`, also when it was
        cancelled on its way; in a read-only run it
        is `ReadOnlyRefused` before anything is sent.
        """

        async def work() -> tuple[Properties, ...]:
            if self._read_only and not request.reads:
                raise _refuse_write(request)
            return await self._objects(request, tenant, timeout)

        return self._loop.submit(work, cancellation)

    def close(self) -> None:
        """End everything that is under way and close the connections; returns at once."""
        self._loop.close(self._farewell)

    async def _farewell(self) -> None:
        if self._wire is not None:
            await self._wire.close()

    async def _objects(self, request: GraphRequest, tenant: str, seconds: float) -> tuple[Properties, ...]:
        url = self._url(request)
        objects: list[Properties] = []
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= _MAX_PAGES:
                raise self._bad_page(request, _("It links to its own pages without an end"))
            seen.add(url)
            page = self._parsed(await self._exchange(request, url, tenant, seconds), request)
            items = page.get("value")
            objects.extend(items if isinstance(items, list) else filter(None, [page]))
            url = self._next_page(page, request)
        return tuple(objects)

    async def _exchange(self, request: GraphRequest, url: str, tenant: str, seconds: float) -> bytes | None:
        """One request, sent again where that is right."""
        self._say("command", request.text, request)
        spent = 0.0
        for number in range(1, patience.TRIES + 1):
            attempt = Attempt(await self._token(tenant, write=not request.reads))
            outcome = await self._once(request, url, tenant, seconds, attempt)
            if not isinstance(outcome, _Trouble):
                self._say("done", "", request)
                return outcome
            delay = None if outcome.retry_after is None else patience.pause(number, outcome.retry_after, spent)
            if delay is None:
                self._say("error", clean_line(outcome.error.what), request)
                self._say("lost", clean(str(outcome.error)), request)
                raise outcome.error
            spent += delay
            reason = outcome.error.identifier or outcome.error.what
            text = _("{reason}: waiting {seconds:.0f} s before trying again ({number} of {tries})")
            words = text.format(reason=reason, seconds=delay, number=number + 1, tries=patience.TRIES)
            self._listen(StreamLine("progress", words, request, wait=delay))
            await asyncio.sleep(delay)
        raise AssertionError("patience ends before its tries do")

    async def _once(
        self, request: GraphRequest, url: str, tenant: str, seconds: float, attempt: Attempt
    ) -> bytes | _Trouble | None:
        request_id = str(uuid.uuid4())
        started = time.monotonic()
        headers = {"Accept": "application/json", "client-request-id": request_id}
        place = self._place(request, request_id)
        try:
            self._wire = self._wire or Wire(self._cloud.graph, self._network)
            async with asyncio.timeout(seconds):
                answer = await self._wire.exchange(attempt, request.method, url, request.body, headers)
        except PushtuiError as error:
            return _Trouble(error)
        except asyncio.CancelledError:
            if request.reads or not attempt.sent:
                raise
            return _Trouble(failures.answer_lost(place, _("It was cancelled while it was under way")))
        except Exception as error:  # translated here, whatever it is: its request holds the token
            return self._trouble(error, request, tenant, attempt, place)
        self._say(
            "verbose",
            _("{request}: {size} bytes in {seconds:.2f} s, client-request-id {id}").format(
                request=request.text, size=len(answer or b""), seconds=time.monotonic() - started, id=request_id
            ),
            request,
            (answer or b"").decode("utf-8", "replace"),
        )
        return answer

    def _trouble(
        self, error: Exception, request: GraphRequest, tenant: str, attempt: Attempt, place: failures.Place
    ) -> _Trouble:
        refused = odata.refusal_of(error)
        if refused is None:
            failure = failures.network_failure(error, place)
            refusal_seen = isinstance(error, failures.BadAnswer) and error.status >= 300
            if not request.reads and attempt.sent and not refusal_seen:
                return _Trouble(failures.answer_lost(place, failure.what))
            return _Trouble(failure, "" if failures.dropped(error) and request.reads else None)
        if refused.status == 401:
            self._sign_in.forget_token(tenant)
        if refused.status >= 500 and not request.reads:
            reason = _("Graph answered with status {status}").format(status=refused.status)
            return _Trouble(failures.answer_lost(place, reason))
        return _Trouble(
            odata.refusal(refused, request, place), refused.retry_after if refused.status in patience.BUSY else None
        )

    async def _token(self, tenant: str, *, write: bool) -> Secret:
        """A token, signing in first where that is needed: on a thread, because msal blocks."""
        held = self._sign_in.cached(tenant, write)
        if held is not None:
            return held
        cancellation = Cancellation()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(None, self._sign_in.token, tenant, write, cancellation)
        finally:
            cancellation.cancel()  # when this was given up, so is the sign-in

    def _url(self, request: GraphRequest) -> str:
        if not request.path.startswith("/") or "//" in request.path or "/../" in request.path + "/":
            raise UsageError("graph.path", _("Not a Graph path: {path}").format(path=clean_line(request.path)))
        query = urlencode(request.query, safe="$,()'/:", quote_via=quote)
        path = quote(request.path, safe="/()'=,:@$-._~")
        return f"{self._cloud.graph}/{API_VERSION}{path}{'?' + query if query else ''}"

    def _parsed(self, answer: bytes | None, request: GraphRequest) -> dict[str, Any]:
        if not answer:
            return {}
        page = None
        with contextlib.suppress(ValueError):
            page = json.loads(answer)
        if not isinstance(page, dict):
            raise self._bad_page(request, _("It is not a JSON object"))
        return page

    def _next_page(self, page: dict[str, Any], request: GraphRequest) -> str:
        """The link to the next page; the token goes to no other host than Graph's."""
        link = str(page.get("@odata.nextLink") or "")
        if link and urlsplit(link)[:2] != urlsplit(self._cloud.graph)[:2]:
            raise self._bad_page(
                request, _("Its next page is on another host: {link}").format(link=clean_line(link)[:200])
            )
        return link

    def _bad_page(self, request: GraphRequest, cause: str) -> PushtuiError:
        return RequestRefused(
            "graph.bad-answer",
            _("Graph gave an answer that cannot be used"),
            side=Side.GRAPH,
            where=self._place(request).where,
            cause=cause,
            remedy=_("Something on the way may have changed it: look at proxies that inspect TLS"),
        )

    def _place(self, request: GraphRequest, request_id: str = "") -> failures.Place:
        graph = self._cloud.graph
        proxy = shown_proxy(proxy_for(graph, self._network))
        return failures.Place(Side.GRAPH, urlsplit(graph).netloc, proxy, clean_line(request.text), request_id)

    def _say(self, kind: Any, text: str, about: GraphRequest | None = None, body: str = "") -> None:
        self._listen(StreamLine(kind, text, about, body))


def _refuse_write(request: GraphRequest) -> PushtuiError:
    return ReadOnlyRefused(
        "read-only",
        _("This run is read-only: {request} was not sent").format(request=clean_line(request.text)),
        side=Side.GRAPH,
    )
