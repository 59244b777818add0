"""The organization and its domains as Graph shows them."""

from __future__ import annotations

from typing import Any

from pushtui.lab.tenant.state import TenantState

Properties = dict[str, Any]
_LIMITED = frozenset({"id", "displayName", "verifiedDomains"})


def organization(state: TenantState, *, limited: bool) -> Properties:
    """The one organization. `limited`: with User.Read alone, all but three properties are null."""
    settings = state.settings
    plans = [
        {
            "assignedDateTime": "2024-02-01T08:00:00Z",
            "capabilityStatus": plan.status,
            "service": plan.service,
            "servicePlanId": plan.plan_id,
        }
        for plan in settings.plans
    ]
    full: Properties = {
        "id": state.tenant_id,
        "deletedDateTime": None,
        "businessPhones": [],
        "city": None,
        "country": None,
        "countryLetterCode": "US",
        "createdDateTime": "2020-01-15T08:00:00Z",
        "defaultUsageLocation": None,
        "displayName": settings.name,
        "isMultipleDataLocationsForServicesEnabled": None,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
        "partnerTenantType": None,
        "postalCode": None,
        "preferredLanguage": "en",
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": None,
        "street": None,
        "technicalNotificationMails": [f"admin@{settings.initial_domain}"],
        "tenantType": "AAD",
        "directorySizeQuota": {"used": 400, "total": 50000},
        "privacyProfile": None,
        "assignedPlans": plans,
        "onPremisesSyncStatus": [],
        "provisionedPlans": [
            {"capabilityStatus": plan.status, "provisioningStatus": "Success", "service": plan.service}
            for plan in settings.plans
        ],
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": item["isDefault"],
                "isInitial": item["isInitial"],
                "name": item["id"],
                "type": item["authenticationType"],
            }
            for item in domains(state)
            if item["isVerified"]
        ],
    }
    if limited:
        return {name: value if name in _LIMITED else None for name, value in full.items()}
    return full


def domains(state: TenantState) -> list[Properties]:
    """Every domain, verified or not; the initial one first."""
    named = any(domain.default and domain.verified for domain in state.settings.domains)
    listed = [(state.settings.initial_domain, True, not named)]
    listed += [(domain.name, domain.verified, domain.default) for domain in state.settings.domains]
    return [
        {
            "authenticationType": "Managed",
            "availabilityStatus": None,
            "id": name,
            "isAdminManaged": True,
            "isDefault": default and verified,
            "isInitial": index == 0,
            "isRoot": True,
            "isVerified": verified,
            "passwordNotificationWindowInDays": None,
            "passwordValidityPeriodInDays": None,
            "state": None,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"] if verified else [],
            "manufacturer": None,
            "model": None,
        }
        for index, (name, verified, default) in enumerate(listed)
    ]
