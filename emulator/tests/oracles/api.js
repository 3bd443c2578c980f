// The calls of the Authlete API, in the paths and with the credentials of one generation.

import assert from "node:assert/strict";

export const ISSUER = "https://as.example";
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
export const REDIRECT_URI = "https://client.example/callback";

export const form = (parameters) => new URLSearchParams(parameters).toString();

const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

export class Api {
  #base;
  #credentials;
  #path;
  #servicePath;

  constructor(description, version) {
    const environment = description.environment[version];
    const serviceId = environment.AUTHLETE_SERVICE_APIKEY;
    const isV2 = version === "2.x";
    this.version = version;
    this.#base = `${environment.AUTHLETE_BASE_URL}/api`;
    this.#servicePath = (method) => (isV2 ? `/service/${method}/${serviceId}` : `/${serviceId}/service/${method}`);
    this.#path = (path) => (isV2 ? path : `/${serviceId}${path}`);
    this.#credentials = isV2
      ? {
          service: basic(serviceId, environment.AUTHLETE_SERVICE_APISECRET),
          owner: basic(environment.AUTHLETE_SERVICEOWNER_APIKEY, environment.AUTHLETE_SERVICEOWNER_APISECRET),
        }
      : {
          service: `Bearer ${environment.AUTHLETE_SERVICE_ACCESSTOKEN}`,
          owner: `Bearer ${environment.AUTHLETE_SERVICEOWNER_ACCESSTOKEN}`,
        };
    const [client] = description.clients;
    this.clientId = String(client.clientId);
    this.secret = client.clientSecret;
  }

  async #send(path, as, body) {
    const headers = { Authorization: this.#credentials[as], "Content-Type": "application/json" };
    const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(this.#base + path, { headers, ...request });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  get(path) {
    return this.#send(this.#path(path), "service");
  }

  post(path, body) {
    return this.#send(this.#path(path), "service", body);
  }

  /** The same, for an answer with a certain action. */
  async expect(action, path, body) {
    const answer = await this.post(path, body);
    assert.equal(answer.action, action, `${path}: ${answer.resultMessage}`);
    return answer;
  }

  service() {
    return this.#send(this.#servicePath("get"), "owner");
  }

  /** Changes some settings of the service. */
  async configureService(changes) {
    const service = { ...(await this.service()), ...changes };
    return this.#send(this.#servicePath("update"), "owner", service);
  }

  /** Replaces the settings of the client: the usual ones, with changes. */
  configureClient(changes = {}) {
    return this.post(`/client/update/${this.clientId}`, {
      clientName: "Client",
      clientType: "CONFIDENTIAL",
      tokenAuthMethod: "CLIENT_SECRET_BASIC",
      grantTypes: ["AUTHORIZATION_CODE", "IMPLICIT", "CLIENT_CREDENTIALS"],
      responseTypes: ["CODE", "CODE_ID_TOKEN_TOKEN"],
      redirectUris: [REDIRECT_URI],
      ...changes,
    });
  }

  /** The parameters of an authorization request. */
  authorizationRequest(parameters) {
    return {
      response_type: "code",
      client_id: this.clientId,
      redirect_uri: REDIRECT_URI,
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
      ...parameters,
    };
  }

  /** Lets user `alice` grant an authorization request. Returns the URL that the browser is redirected to. */
  async authorize(parameters) {
    const request = { parameters: form(this.authorizationRequest(parameters)) };
    const { ticket } = await this.expect("INTERACTION", "/auth/authorization", request);
    const issue = { ticket, subject: "alice" };
    const { responseContent } = await this.expect("LOCATION", "/auth/authorization/issue", issue);
    return new URL(responseContent);
  }

  /** Exchanges a code. Returns the token response. */
  async exchange(code) {
    const parameters = {
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    };
    const request = { parameters: form(parameters), clientId: this.clientId, clientSecret: this.secret };
    const { responseContent } = await this.expect("OK", "/auth/token", request);
    return JSON.parse(responseContent);
  }
}
