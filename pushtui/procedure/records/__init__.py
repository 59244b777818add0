"""Typed records of what the two organizations answer.

The same value comes in many shapes: flat strings on the wire, objects in files that the Exchange Management Shell
exported, integers where an enumeration was not resolved, JSON from Microsoft Graph. Every record is made by
``from_properties`` and raises `ValueError`, naming the property, for what it cannot read.
"""

from pushtui.procedure.records.certificates import CertificateRecord
from pushtui.procedure.records.directory import (
    ApplicationRecord,
    DomainRecord,
    KeyCredentialRecord,
    ServicePrincipalRecord,
    TenantRecord,
)
from pushtui.procedure.records.organization import (
    AcceptedDomainRecord,
    AuthConfigRecord,
    AuthServerRecord,
    HybridRecord,
    OrganizationConfigRecord,
    PartnerApplicationRecord,
    PushProxyRecord,
    ServerRecord,
    SettingOverrideRecord,
)
from pushtui.procedure.records.states import (
    ComponentStateRecord,
    MonitorRecord,
    ProbeResultRecord,
    ProcessInfoRecord,
    ProcessRecord,
    ServiceHealthRecord,
    ServiceRecord,
)

__all__ = [
    "AcceptedDomainRecord",
    "ApplicationRecord",
    "AuthConfigRecord",
    "AuthServerRecord",
    "CertificateRecord",
    "ComponentStateRecord",
    "DomainRecord",
    "HybridRecord",
    "KeyCredentialRecord",
    "MonitorRecord",
    "OrganizationConfigRecord",
    "PartnerApplicationRecord",
    "ProbeResultRecord",
    "ProcessInfoRecord",
    "ProcessRecord",
    "PushProxyRecord",
    "ServerRecord",
    "ServiceHealthRecord",
    "ServicePrincipalRecord",
    "ServiceRecord",
    "SettingOverrideRecord",
    "TenantRecord",
]
