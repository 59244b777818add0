"""What AADSTS numbers mean and what helps: "Microsoft Entra authentication and authorization error codes".

Microsoft may change them, so that nothing is decided by a number.
"""

from __future__ import annotations

from pushtui.base.words import _


def help_for(number: int, method: str) -> tuple[str, str]:
    """Likely cause and remedy for an AADSTS number; empty where it is not known.

    `method` is how the sign-in was tried, as the profile names it.
    """
    return (
        _tenant_help(number)
        or _application_help(number)
        or _account_help(number)
        or _person_help(number, method)
        or ("", "")
    )


def other_way(method: str) -> str:
    """The way to sign in that a policy against this one most likely leaves open."""
    if method == "browser":
        return _('Ask for an exception for this account, or sign in with method = "certificate"')
    if method in {"certificate", "secret"}:
        return _("Ask for an exception for this application and this network (policies for workload identities)")
    return _('Sign in with method = "browser": it uses a browser on your own machine, which most policies allow')


def _tenant_help(number: int) -> tuple[str, str] | None:
    match number:
        case 90002 | 900021 | 900023:
            return (
                _("The domain is misspelt, belongs to no tenant, or to a tenant in another national cloud"),
                _("Check the tenant domain; for a national cloud, set name in the [cloud] table"),
            )
        case 500011 | 50049 | 900382:
            return (
                _("The tenant does not know the Graph host that was asked for: this is another national cloud"),
                _("Set name in the [cloud] table of the profile"),
            )
        case 50020 | 50034 | 90072:
            return (
                _("The account does not exist in this tenant"),
                _("Sign in with an account of the tenant that the domain belongs to"),
            )
        case 90033 | 50196 | 90024:
            return _("The service is busy"), _("Wait a minute and try again")
    return None


def _application_help(number: int) -> tuple[str, str] | None:
    match number:
        case 700016 | 7000229:
            return (
                _("The tenant has no application with this client id"),
                _("Check client_id, and that the application was registered in, or consented to by, this tenant"),
            )
        case 7000112:
            return (
                _("The application is disabled in this tenant"),
                _("Enable it in the Entra admin center: enterprise applications, its properties, sign-in for users"),
            )
        case 500014:
            return (
                _("The tenant has Microsoft Graph disabled, or its subscription has ended"),
                _("Have it looked at in the Microsoft 365 admin center: subscriptions, and enterprise applications"),
            )
        case 7000215:
            return (
                _("The client secret is wrong"),
                _("Give the secret's value, not its id, as the portal showed it when it was made"),
            )
        case 7000222:
            return _("The client secret has expired"), _("Make a new secret for the application, or use a certificate")
        case 7000218:
            return (
                _("The application is registered as confidential, and a person signs in through a public client"),
                _("Set “Allow public client flows” to yes in the registration, or sign in with a certificate"),
            )
        case 700025:
            return (
                _("The application is registered as a public client, and those sign in without secret or certificate"),
                _('Use method = "device-code", or register it as confidential'),
            )
        case 700027 | 700030 | 50013:
            return (
                _("The certificate is not registered for the application, has expired, or does not match its key"),
                _("Upload this certificate to the application's registration, and see that it is in date"),
            )
        case 700024 | 700023 | 700021 | 50027:
            return (
                _("The signed request was not accepted; most often this machine's clock is wrong"),
                _("Compare the clock with a time server; more than five minutes are too many"),
            )
        case 65001 | 90093 | 90094 | 90095 | 650056 | 650057:
            return (
                _("Nobody has consented yet to the application's permissions in this tenant"),
                _("A Global or Cloud Application Administrator must grant admin consent in the registration"),
            )
        case 1002012 | 70011 | 28000 | 900144:
            return (
                _("The permissions were asked for in a form that the service does not accept"),
                _("Check the [cloud] table: the Graph host must belong to the sign-in host"),
            )
    return None


def _account_help(number: int) -> tuple[str, str] | None:
    match number:
        case 50057:
            return (
                _("The account is disabled"),
                _("Sign in with another account, or have this one enabled in the Entra admin center"),
            )
        case 50055 | 50144:
            return (
                _("The password of the account has expired"),
                _("Change it where this account usually signs in, then sign in again"),
            )
        case 50053:
            return (
                _("The account is locked after too many failed sign-ins, or they came from a blocked address"),
                _("Wait some minutes, or have it unlocked, then sign in again"),
            )
        case 50126 | 50056:
            return (
                _("The account's name or password is wrong"),
                _("Sign in to the portal with this account first"),
            )
        case 50105:
            return (
                _("The application is only for those who are assigned to it, and this account is not"),
                _("Assign the account under “Users and groups” of the enterprise application, or sign in with another"),
            )
    return None


def _person_help(number: int, method: str) -> tuple[str, str] | None:
    match number:
        case 53003 | 530034 | 530036:
            return (
                _("Conditional Access blocked it; many tenants block device codes altogether")
                if method == "device-code"
                else _("Conditional Access blocked it"),
                other_way(method),
            )
        case 53000 | 53001 | 53002 | 530002:
            return (
                _("Conditional Access wants a managed device, and a device code does not carry one")
                if method == "device-code"
                else _("Conditional Access wants a managed device"),
                _("Open the page in a browser on a managed device")
                if method == "browser"
                else _('Sign in with method = "browser" and open the page on a managed device'),
            )
        case 50011 | 500113:
            return (
                _("The application's registration lacks the redirect URI of a browser sign-in"),
                _("Add the platform “Mobile and desktop applications” with http://localhost to the registration"),
            )
        case 50076 | 50079 | 50072 | 50074 | 50158:
            return (
                _("The tenant wants multi-factor authentication, or that the account registers for it"),
                _("Sign in again and complete it in the browser"),
            )
        case 50173 | 700082 | 700084 | 70043 | 50089 | 50132 | 50133:
            return (
                _("The session was revoked or is too old, for example because the password was changed"),
                _("Sign in again"),
            )
        case 70019 | 70020:
            return _("The code is only good for a few minutes"), _("Sign in again and enter the new code")
        case 65004:
            return _("The permissions were not accepted on the consent page"), _("Sign in again and accept them")
    return None
