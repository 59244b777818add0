"""The service principals of the tenant, and how late others see a change of them."""

from __future__ import annotations

import base64
import copy
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from pushtui.base.clock import Clock
from pushtui.lab.tenant.certificates import thumbprint

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
GRAPH = "00000003-0000-0000-c000-000000000000"
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

Properties = dict[str, Any]


class Replicated:
    """An object with its history: writers see the newest state, readers what has reached them by now."""

    def __init__(self, properties: Properties) -> None:
        self._versions: list[tuple[float, Properties]] = [(float("-inf"), properties)]

    @property
    def truth(self) -> Properties:
        return copy.deepcopy(self._versions[-1][1])

    def visible(self, at: float) -> Properties:
        return copy.deepcopy([version for due, version in self._versions if due <= at][-1])

    def put(self, properties: Properties, due: float) -> None:
        self._versions = [*self._versions[-8:], (due, copy.deepcopy(properties))]

    def reset(self, properties: Properties) -> None:
        """A new state that everybody sees at once: a change made by the test, not by a request."""
        self._versions = [(float("-inf"), copy.deepcopy(properties))]


class Directory:
    """Service principals by object id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._principals: dict[str, Replicated] = {}
        self.lag = 0.0

    def add(self, app_id: str, name: str, *, owner: str, service_names: list[str]) -> str:
        """A new service principal; its object id."""
        object_id = str(uuid.uuid4())
        self._principals[object_id] = Replicated(_service_principal(object_id, app_id, name, owner, service_names))
        return object_id

    def remove(self, object_id: str) -> None:
        del self._principals[object_id]

    def ids(self) -> list[str]:
        return list(self._principals)

    def find(self, app_id: str) -> str | None:
        """The object id of the application's service principal, if the tenant has one."""
        return next((key for key, item in self._principals.items() if item.truth["appId"] == app_id), None)

    def truth(self, object_id: str) -> Properties:
        return self._principals[object_id].truth

    def visible(self, object_id: str) -> Properties:
        return self._principals[object_id].visible(self._clock.monotonic())

    def put(self, object_id: str, properties: Properties) -> None:
        """A change made by a request: readers see it after the lag."""
        self._principals[object_id].put(properties, self._clock.monotonic() + self.lag)

    def reset(self, object_id: str, properties: Properties) -> None:
        self._principals[object_id].reset(properties)


def edm_date(moment: datetime) -> str:
    """Edm.DateTimeOffset as Graph writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def key_credential(der: bytes, **given: str | None) -> Properties:
    """A keyCredential for a certificate; what is not `given` comes from the certificate (Graph: keyCredential)."""
    certificate = x509.load_der_x509_certificate(der)
    filled: Properties = {
        "customKeyIdentifier": thumbprint(der),
        "displayName": certificate.subject.rfc4514_string()[:90],
        "endDateTime": edm_date(certificate.not_valid_after_utc),
        "key": base64.b64encode(der).decode(),
        "keyId": str(uuid.uuid4()),
        "startDateTime": edm_date(certificate.not_valid_before_utc),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }
    return filled | {name: value for name, value in given.items() if value}


def key_der(credential: Mapping[str, Any]) -> bytes:
    """The certificate of a stored keyCredential."""
    return base64.b64decode(credential["key"])


def _service_principal(object_id: str, app_id: str, name: str, owner: str, service_names: list[str]) -> Properties:
    """All properties of a v1.0 servicePrincipal, so that ``$select`` knows what exists."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDescription": None,
        "appDisplayName": name,
        "appId": app_id,
        "applicationTemplateId": None,
        "appOwnerOrganizationId": owner,
        "appRoleAssignmentRequired": False,
        "createdDateTime": "2020-01-15T08:00:00Z",
        "customSecurityAttributes": None,
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": name,
        "homepage": None,
        "loginUrl": None,
        "logoutUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": None,
        "preferredTokenSigningKeyThumbprint": None,
        "replyUrls": [],
        "samlSingleSignOnSettings": None,
        "servicePrincipalNames": service_names,
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": [],
        "tokenEncryptionKeyId": None,
        "addIns": [],
        "appRoles": [],
        "info": {},
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
        "verifiedPublisher": {},
    }
