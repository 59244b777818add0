"""Objects as Exchange sends them: flat strings for enumerations, versions and identities (seen in recorded ones)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pushtui.lab.organization.directory import Entry
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.remoting.cmdlet import MultiValued, RemoteObject

AD_CONFIGURATION = (
    "Microsoft.Exchange.Data.Directory.SystemConfiguration.ADConfigurationObject",
    "Microsoft.Exchange.Data.Directory.ADObject",
    "Microsoft.Exchange.Data.Directory.ADRawEntry",
    "Microsoft.Exchange.Data.ConfigurableObject",
    "System.Object",
)
AD_PRESENTATION = (
    "Microsoft.Exchange.Data.Directory.Management.ADPresentationObject",
    "Microsoft.Exchange.Data.Directory.ADObject",
    "Microsoft.Exchange.Data.Directory.ADRawEntry",
    "Microsoft.Exchange.Data.ConfigurableObject",
    "System.Object",
)
E15_OBJECT = "0.20 (15.0.0.0)"


def whens(organization: OrganizationState, created: datetime, changed: datetime) -> dict[str, datetime]:
    """The four dates of every directory object."""
    created, changed = created.replace(microsecond=0), changed.replace(microsecond=0)
    return {
        "WhenChanged": organization.local(changed),
        "WhenCreated": organization.local(created),
        "WhenChangedUTC": changed,
        "WhenCreatedUTC": created,
    }


def directory_object(
    organization: OrganizationState,
    entry: Entry,
    types: tuple[str, ...],
    properties: Mapping[str, Any],
    *,
    parents: str,
    schema: str,
    classes: tuple[str, ...],
) -> RemoteObject:
    """An object of the configuration partition: its own properties, then those that all of them share.

    `parents` is the distinguished name of its container; `schema` the display name of its class.
    """
    shared: dict[str, Any] = {
        "AdminDisplayName": "",
        "ExchangeVersion": E15_OBJECT,
        "Name": entry.name,
        "DistinguishedName": f"CN={entry.name},{parents}",
        "Identity": entry.name,
        "Guid": entry.guid,
        "ObjectCategory": f"{organization.domain}/Configuration/Schema/{schema}",
        "ObjectClass": MultiValued(classes),
        **whens(organization, entry.created, entry.changed),
        "OrganizationId": "",
        "Id": entry.name,
        "OriginatingServer": organization.domain_controller,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }
    return RemoteObject(types, {**properties, **shared}, entry.name)
