"""Calls each method of the PyPI package `authlete` against an emulator.

Usage: walk.py FILE V2|V3

FILE is the output of the emulator with `--output json`. It is an error if a method is not called.
"""

import base64
import json
import sys
from urllib.parse import parse_qs, urlencode, urlsplit

from authlete.api import AuthleteApi, AuthleteApiException, AuthleteApiImpl
from authlete.conf import AuthleteConfiguration
from authlete.dto import *
from authlete.dto import Client as ClientSettings
from authlete.types import *

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REDIRECT_URI = "https://client.example/callback"
CREDENTIAL = {"format": "vc+sd-jwt", "vct": "https://issuer.example/identity"}

class RecordingApi:
    """Wraps the API, and records the methods that are called."""

    def __init__(self, api):
        self.api = api
        self.called = set()
        self.broken = set()

    def __getattr__(self, name):
        method = getattr(self.api, name)

        def call(*arguments, **named):
            self.called.add(name)
            return method(*arguments, **named)

        return call

    def fails(self, error, name, *arguments):
        """Calls a method that fails in the package itself, regardless of the response."""
        self.broken.add(name)
        try:
            getattr(self, name)(*arguments)
        except error:
            return
        raise AssertionError(f"{name} works now: check its response")

    def uncalled(self):
        return set(AuthleteApi.__abstractmethods__) - {"getSettings"} - self.called


def new(kind, **members):
    """Creates a request with members. An unknown name is an error."""
    made = kind()
    for name, value in members.items():
        setattr(made, name, value)
    return made


def expect(response, action):
    assert response.action.name == action, f"{response.action}: {response.resultMessage}"
    return response


def refused(call, *arguments):
    """The HTTP status of a call that is refused."""
    try:
        call(*arguments)
    except AuthleteApiException as error:
        return error.response.status_code
    raise AssertionError("the call is not refused")


class Client:
    """The client of the flows."""

    def __init__(self, api, described):
        self.api = api
        self.id = described["clientId"]
        self.credentials = {
            "clientId": str(self.id),
            "clientSecret": described["clientSecret"],
        }

    def query(self, scope, **more):
        return urlencode({
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": REDIRECT_URI,
            "scope": scope,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        })

    def ticket(self, scope, **more):
        request = new(AuthorizationRequest, parameters=self.query(scope, **more))
        return expect(self.api.authorization(request), "INTERACTION").ticket

    def token(self, action="OK", **parameters):
        request = new(TokenRequest, parameters=urlencode(parameters), **self.credentials)
        return expect(self.api.token(request), action)

    def tokens(self, scope, **more):
        """Runs an authorization code flow, and returns the token response."""
        request = new(AuthorizationIssueRequest, ticket=self.ticket(scope, **more), subject="alice")
        issued = expect(self.api.authorizationIssue(request), "LOCATION")
        query = parse_qs(urlsplit(issued.responseContent).query)
        assert query["code"] == [issued.authorizationCode]
        return self.token(
            grant_type="authorization_code",
            code=issued.authorizationCode,
            redirect_uri=REDIRECT_URI,
            code_verifier=VERIFIER,
        )


def services(api, number):
    made = api.createService(new(Service, serviceName="Made", issuer="https://made.example"))
    assert made.serviceName == "Made" and made.apiKey != number
    assert api.getServiceList(0, 10).totalCount == 2

    own = api.getService(number)
    own.description = "changed"
    own.supportedClaims = ["name", "email"]
    updated = api.updateService(own)
    assert (updated.apiKey, updated.description) == (number, "changed")
    assert updated.supportedClaims == ["name", "email"]
    assert [scope.name for scope in updated.supportedScopes] == [scope.name for scope in own.supportedScopes]

    configuration = json.loads(api.getServiceConfiguration())
    assert configuration["issuer"] == "https://as.example"
    patch = '[{"op":"add","path":"/more","value":1}]'
    request = new(ServiceConfigurationRequest, patch=patch)
    assert json.loads(api.getServiceConfiguration(request))["more"] == 1

    public = json.loads(api.getServiceJwks())["keys"]
    private = json.loads(api.getServiceJwks(True, True))["keys"]
    assert "d" not in public[0] and "d" in private[0]
    return made.apiKey


def clients(api):
    wanted = new(
        ClientSettings,
        clientName="Made",
        clientType=ClientType.CONFIDENTIAL,
        grantTypes=[GrantType.CLIENT_CREDENTIALS],
        redirectUris=["https://made.example/"],
    )
    made = api.createClient(wanted)
    assert made.clientId > 0 and made.clientType is ClientType.CONFIDENTIAL
    made.clientName = "Changed"
    assert api.updateClient(made).clientName == "Changed"
    assert api.getClient(made.clientId).clientName == "Changed"
    assert api.getClientList().totalCount == 2
    assert len(api.getClientList(None, 0, 1).clients) == 1

    refreshed = api.refreshClientSecret(made.clientId)
    assert refreshed.oldClientSecret == made.clientSecret != refreshed.newClientSecret
    # The package misspells the name of the secret.
    api.fails(AttributeError, "updateClientSecret", made.clientId, "secret")

    assert api.setRequestableScopes(made.clientId, ["read"]) == ["read"]
    assert api.getRequestableScopes(made.clientId) == ["read"]
    api.deleteRequestableScopes(made.clientId)

    api.updateClientLockFlag(made.clientId, True)
    assert api.getClient(made.clientId).locked is True
    api.updateClientLockFlag(made.clientId, False)
    api.deleteClient(made.clientId)
    assert refused(api.getClient, made.clientId) == 404


def authorization(api, client):
    request = new(AuthorizationFailRequest, ticket=client.ticket("read"), reason=AuthorizationFailReason.DENIED)
    assert "error=access_denied" in expect(api.authorizationFail(request), "LOCATION").responseContent

    ticket = client.ticket("read")
    info = api.authorizationTicketInfo(new(AuthorizationTicketInfoRequest, ticket=ticket))
    expect(info, "OK")
    info = new(AuthorizationTicketInfo, context="kept")
    request = new(AuthorizationTicketUpdateRequest, ticket=ticket, info=info)
    expect(api.authorizationTicketUpdate(request), "OK")
    info = api.authorizationTicketInfo(new(AuthorizationTicketInfoRequest, ticket=ticket))
    assert info.info.context == "kept"

    request = new(PushedAuthReqRequest, parameters=client.query("read"), **client.credentials)
    pushed = expect(api.pushAuthorizationRequest(request), "CREATED")
    parameters = urlencode({"client_id": client.id, "request_uri": pushed.requestUri})
    expect(api.authorization(new(AuthorizationRequest, parameters=parameters)), "INTERACTION")


def tokens(api, client):
    issued = client.tokens("openid email read", nonce="n-1")
    token = issued.accessToken
    assert api.introspection(new(IntrospectionRequest, token=token, scopes=["read"])).usable
    forbidden = api.introspection(new(IntrospectionRequest, token=token, scopes=["write"]))
    expect(forbidden, "FORBIDDEN")
    request = new(StandardIntrospectionRequest, parameters=urlencode({"token": token}))
    standard = expect(api.standardIntrospection(request), "OK")
    assert json.loads(standard.responseContent)["active"] is True

    answer = expect(api.userinfo(new(UserInfoRequest, token=token)), "OK")
    assert answer.subject == "alice"
    request = new(UserInfoIssueRequest, token=token, claims='{"email":"alice@as.example"}')
    content = json.loads(expect(api.userinfoIssue(request), "JSON").responseContent)
    assert (content["sub"], content["email"]) == ("alice", "alice@as.example")

    # ID tokens are signed with the key of the service.
    verified = api.verifyJose(new(JoseVerifyRequest, jose=issued.idToken, mandatoryClaims=["iss"]))
    assert verified.valid, verified.errorDescriptions

    refreshed = client.token("ID_TOKEN_REISSUABLE", grant_type="refresh_token", refresh_token=issued.refreshToken)
    request = new(
        IDTokenReissueRequest,
        accessToken=refreshed.accessToken,
        refreshToken=refreshed.refreshToken,
        sub="alice",
    )
    expect(api.idTokenReissue(request), "OK")

    request = new(RevocationRequest, parameters=urlencode({"token": refreshed.accessToken}), **client.credentials)
    expect(api.revocation(request), "OK")
    expect(api.introspection(new(IntrospectionRequest, token=refreshed.accessToken)), "UNAUTHORIZED")


def passwords(api, client):
    log_in = {"grant_type": "password", "username": "alice", "password": "wonderland"}
    asked = client.token("PASSWORD", **log_in)
    assert (asked.username, asked.password) == ("alice", "wonderland")
    issued = expect(api.tokenIssue(new(TokenIssueRequest, ticket=asked.ticket, subject="alice")), "OK")
    assert issued.accessToken in issued.responseContent

    asked = client.token("PASSWORD", **log_in)
    reason = TokenFailReason.INVALID_RESOURCE_OWNER_CREDENTIALS
    expect(api.tokenFail(new(TokenFailRequest, ticket=asked.ticket, reason=reason)), "BAD_REQUEST")


def token_management(api, client):
    request = new(
        TokenCreateRequest,
        grantType=GrantType.AUTHORIZATION_CODE,
        clientId=client.id,
        subject="bob",
        scopes=["read"],
        properties=[new(Property, key="shop", value="7")],
    )
    made = expect(api.tokenCreate(request), "OK")
    listed = api.getTokenList(str(client.id), "bob")
    assert listed.totalCount == 1 and listed.accessTokens[0].scopes == ["read"]
    request = new(TokenUpdateRequest, accessToken=made.accessToken, scopes=["read", "write"])
    assert expect(api.tokenUpdate(request), "OK").scopes == ["read", "write"]
    introspected = api.introspection(new(IntrospectionRequest, token=made.accessToken))
    assert introspected.properties[0].value == "7"
    api.tokenDelete(made.accessToken)
    assert api.getTokenList(str(client.id), "bob").totalCount == 0

    request = new(
        TokenCreateRequest,
        grantType=GrantType.CLIENT_CREDENTIALS,
        clientId=client.id,
    )
    made = expect(api.tokenCreate(request), "OK")
    request = new(TokenRevokeRequest, accessTokenIdentifier=made.accessToken)
    assert api.tokenRevoke(request).count == 1


def users(api, client):
    """The authorizations of a user for a client."""
    client.tokens("read write")
    scopes = api.getGrantedScopes(client.id, "alice")
    assert "read" in scopes.latestGrantedScopes
    # The package cannot create its class for the response.
    request = new(ClientAuthorizationGetListRequest, subject="alice", end=10)
    api.fails(AttributeError, "getClientAuthorizationList", request)
    request = new(ClientAuthorizationUpdateRequest, subject="alice", scopes=["read"])
    api.updateClientAuthorization(client.id, request)
    api.deleteGrantedScopes(client.id, "alice")
    api.deleteClientAuthorization(client.id, "alice")
    assert api.getTokenList(str(client.id), "alice").totalCount == 0


def grants(api, client):
    issued = client.tokens(
        "read grant_management_query grant_management_revoke", grant_management_action="create"
    )
    request = new(GrantManagementRequest, gmAction=GMAction.QUERY, grantId=issued.grantId, accessToken=issued.accessToken)
    assert "read" in expect(api.gm(request), "OK").responseContent
    # The package misspells NO_CONTENT, the action of the response.
    request.gmAction = GMAction.REVOKE
    api.fails(KeyError, "gm", request)
    expect(api.introspection(new(IntrospectionRequest, token=issued.accessToken)), "UNAUTHORIZED")


def device_flow(api, client):
    def begin():
        request = new(DeviceAuthorizationRequest, parameters="scope=read", **client.credentials)
        begun = expect(api.deviceAuthorization(request), "OK")
        verified = api.deviceVerification(new(DeviceVerificationRequest, userCode=begun.userCode))
        assert expect(verified, "VALID").clientId == client.id
        return begun

    grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    begun = begin()
    client.token("BAD_REQUEST", grant_type=grant_type, device_code=begun.deviceCode)
    begun = begin()
    request = new(
        DeviceCompleteRequest,
        userCode=begun.userCode,
        result=DeviceCompleteResult.AUTHORIZED,
        subject="alice",
    )
    expect(api.deviceComplete(request), "SUCCESS")
    assert client.token(grant_type=grant_type, device_code=begun.deviceCode).subject == "alice"


def backchannel(api, client):
    def begin():
        parameters = urlencode({"scope": "openid", "login_hint": "alice"})
        request = new(BackchannelAuthenticationRequest, parameters=parameters, **client.credentials)
        return expect(api.backchannelAuthentication(request), "USER_IDENTIFICATION").ticket

    reason = BackchannelAuthenticationFailReason.UNKNOWN_USER_ID
    request = new(BackchannelAuthenticationFailRequest, ticket=begin(), reason=reason)
    expect(api.backchannelAuthenticationFail(request), "BAD_REQUEST")

    ticket = begin()
    issued = api.backchannelAuthenticationIssue(new(BackchannelAuthenticationIssueRequest, ticket=ticket))
    request_id = expect(issued, "OK").authReqId
    request = new(
        BackchannelAuthenticationCompleteRequest,
        ticket=ticket,
        result=BackchannelAuthenticationCompleteResult.AUTHORIZED,
        subject="alice",
    )
    expect(api.backchannelAuthenticationComplete(request), "NO_ACTION")
    client.token(grant_type="urn:openid:params:grant-type:ciba", auth_req_id=request_id)


def registration(api):
    metadata = {"redirect_uris": ["https://dynamic.example/"], "client_name": "Dynamic"}
    request = new(ClientRegistrationRequest, json=json.dumps(metadata))
    made = json.loads(expect(api.dynamicClientRegister(request), "CREATED").responseContent)
    own = {"clientId": made["client_id"], "token": made["registration_access_token"]}
    expect(api.dynamicClientGet(new(ClientRegistrationRequest, **own)), "OK")
    metadata["client_id"] = made["client_id"]
    metadata["client_name"] = "Renamed"
    request = new(ClientRegistrationRequest, json=json.dumps(metadata), **own)
    updated = expect(api.dynamicClientUpdate(request), "UPDATED")
    assert updated.client.clientName == "Renamed"
    expect(api.dynamicClientDelete(new(ClientRegistrationRequest, **own)), "DELETED")


def hardware_keys(api):
    made = api.hskCreate(new(HskCreateRequest, kty="EC", use="sig", alg="ES256", kid="hsk"))
    handle = expect(made, "SUCCESS").hsk.handle
    assert expect(api.hskGet(handle), "SUCCESS").hsk.kid == "hsk"
    assert [key.handle for key in expect(api.hskGetList(), "SUCCESS").hsks] == [handle]
    expect(api.hskDelete(handle), "SUCCESS")


def federation(api):
    configuration = expect(api.federationConfiguration(new(FederationConfigurationRequest)), "OK")
    payload = configuration.responseContent.split(".")[1]
    payload = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert payload["sub"] == "https://as.example"
    # No library is installed here to sign a trust chain.
    request = new(FederationRegistrationRequest, entityConfiguration="no.such.entity")
    expect(api.federationRegistration(request), "BAD_REQUEST")


def credentials(api, client):
    expect(api.credentialIssuerMetadata(new(CredentialIssuerMetadataRequest, pretty=True)), "OK")
    expect(api.credentialJwtIssuerMetadata(new(CredentialJwtIssuerMetadataRequest)), "OK")
    expect(api.credentialIssuerJwks(new(CredentialIssuerJwksRequest)), "OK")

    # The package uses the former name of `credentialConfigurationIds`.
    request = new(CredentialOfferCreateRequest, credentialConfigurations=["identity"], subject="alice")
    expect(api.credentialOfferCreate(request), "CALLER_ERROR")
    expect(api.credentialOfferInfo(new(CredentialOfferInfoRequest, identifier="none")), "NOT_FOUND")

    token = client.tokens("identity").accessToken
    content = json.dumps(CREDENTIAL)
    parsed = api.credentialSingleParse(new(CredentialSingleParseRequest, accessToken=token, requestContent=content))
    identifier = expect(parsed, "OK").info.identifier

    def order(identifier, **more):
        payload = json.dumps({"vct": CREDENTIAL["vct"], "sub": "alice"})
        return new(CredentialIssuanceOrder, requestIdentifier=identifier, credentialPayload=payload, **more)

    request = new(CredentialSingleIssueRequest, accessToken=token, order=order(identifier))
    assert "credential" in expect(api.credentialSingleIssue(request), "OK").responseContent

    content = json.dumps({"credential_requests": [CREDENTIAL, CREDENTIAL]})
    parsed = api.credentialBatchParse(new(CredentialBatchParseRequest, accessToken=token, requestContent=content))
    ready, later = [info.identifier for info in expect(parsed, "OK").info]
    orders = [order(ready), order(later, issuanceDeferred=True)]
    request = new(CredentialBatchIssueRequest, accessToken=token, orders=orders)
    responses = json.loads(expect(api.credentialBatchIssue(request), "OK").responseContent)
    transaction = responses["credential_responses"][1]["transaction_id"]

    content = json.dumps({"transaction_id": transaction})
    parsed = api.credentialDeferredParse(
        new(CredentialDeferredParseRequest, accessToken=token, requestContent=content)
    )
    identifier = expect(parsed, "OK").info.identifier
    request = new(CredentialDeferredIssueRequest, order=order(identifier))
    expect(api.credentialDeferredIssue(request), "OK")


def configuration(description, version):
    if version == "V2":
        names = {
            "serviceOwnerApiKey": "AUTHLETE_SERVICEOWNER_APIKEY",
            "serviceOwnerApiSecret": "AUTHLETE_SERVICEOWNER_APISECRET",
            "serviceApiSecret": "AUTHLETE_SERVICE_APISECRET",
        }
        environment = description["environment"]["2.x"]
    else:
        # The package uses one token for all calls.
        names = {"serviceAccessToken": "AUTHLETE_SERVICEOWNER_ACCESSTOKEN"}
        environment = description["environment"]["3.0"]
    names |= {"baseUrl": "AUTHLETE_BASE_URL", "serviceApiKey": "AUTHLETE_SERVICE_APIKEY"}
    values = {name: environment[variable] for name, variable in names.items()}
    return AuthleteConfiguration({"apiVersion": version, **values})


def main(path, version):
    with open(path, encoding="utf-8") as file:
        description = json.load(file)
    settings = configuration(description, version)
    api = RecordingApi(AuthleteApiImpl(settings))
    client = Client(api, description["clients"][0])

    made = services(api, int(settings.serviceApiKey))
    clients(api)
    authorization(api, client)
    tokens(api, client)
    passwords(api, client)
    token_management(api, client)
    users(api, client)
    grants(api, client)
    device_flow(api, client)
    backchannel(api, client)
    registration(api)
    hardware_keys(api)
    federation(api)
    credentials(api, client)
    # The package leaves `/api` out of the path.
    api.fails(AuthleteApiException, "echo", {"a": "b"})
    # On 3.0, the package ignores the argument, and deletes the configured service.
    api.deleteService(made)
    assert api.getServiceList().totalCount == 1

    uncalled = api.uncalled()
    assert not uncalled, f"not called: {', '.join(sorted(uncalled))}"
    print(f"python authlete, {version}: {len(api.called)} methods called, {len(api.broken)} of them partly broken")


if __name__ == "__main__":
    main(*sys.argv[1:])
