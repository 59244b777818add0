"""The table of host names, and what a profile may replace in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.errors import UsageError
from pushtui.entra.clouds import cloud_of
from pushtui.entra.settings import CloudSettings

HOSTS = {
    "global": ("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
    "gcc-high": ("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
    "dod": ("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
    "china": ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "partner.outlook.cn"),
}
CUSTOM = {
    "login": "https://login.sovcloud-identity.fr",
    "graph": "https://graph.svc.sovcloud.fr",
    "acs": "https://acs.example",
    "outlook": "https://outlook.sovcloud.fr/",
}


@pytest.mark.parametrize("name", HOSTS)
def test_every_national_cloud_has_its_own_hosts(name):
    cloud = cloud_of(CloudSettings(name=name))
    assert (cloud.login, cloud.graph, cloud.outlook) == tuple(f"https://{host}" for host in HOSTS[name])
    assert cloud.push_uri == f"{cloud.outlook}/PushNotifications"
    assert cloud.acs_path.format(tenant="fabrikam.com") == "/fabrikam.com/metadata/json/1"


def test_the_metadata_of_the_government_clouds_is_on_their_sign_in_host():
    assert cloud_of(CloudSettings()).acs == "https://accounts.accesscontrol.windows.net"
    assert cloud_of(CloudSettings(name="gcc-high")).acs == "https://login.microsoftonline.us"


def test_a_custom_cloud_is_what_the_profile_says():
    cloud = cloud_of(CloudSettings(name="custom", **CUSTOM))
    assert cloud.graph == "https://graph.svc.sovcloud.fr"
    assert cloud.push_uri == "https://outlook.sovcloud.fr/PushNotifications"


@pytest.mark.parametrize("missing", CUSTOM)
def test_a_custom_cloud_must_be_complete(missing):
    with pytest.raises(UsageError, match=missing) as raised:
        cloud_of(CloudSettings(name="custom", **{key: url for key, url in CUSTOM.items() if key != missing}))
    assert raised.value.code == "settings.cloud-incomplete"


def test_one_host_of_a_known_cloud_can_be_replaced():
    cloud = cloud_of(CloudSettings(graph="https://127.0.0.1:8443"))
    assert cloud.graph == "https://127.0.0.1:8443"
    assert cloud.login == "https://login.microsoftonline.com"


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.example",
        "graph.example",
        "https://",
        "https://user:pass@graph.example",
        "https://graph.example/v1.0",
        "https://graph.example?x=1",
        "https://graph.example#x",
        "https://graph.example:99999",
        "https://graph.example:0",
        "file:///etc/passwd",
        " ",
    ],
)
def test_a_url_that_credentials_must_not_go_to_is_refused(url):
    with pytest.raises(UsageError) as raised:
        cloud_of(CloudSettings(graph=url))
    assert raised.value.code == "settings.cloud-url"


@given(st.text())
def test_whatever_is_written_there_only_https_comes_out(text):
    try:
        cloud = cloud_of(CloudSettings(login=text))
    except UsageError:
        return
    assert cloud.login.startswith("https://")
