// The relying party of the browser tests: a redirect URI, a receiver of logout tokens, and pages of an attacker.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";

export const SECRET = "client-secret-with-at-least-32-characters";

/** The clients: their numbers at Authlete are their identifiers. */
export const CLIENTS = { recipes: "20000000000011", photos: "20000000000012" };
const NAMES = { recipes: "Recipe Box", photos: "Photo Prints" };
const SCOPES = { openid: "", profile: "", email: "", offline_access: "", recipes: "Save recipes for you" };
const TIMEOUT = 10_000;

const page = (title, content = "") =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"></head><body><main><h1>${title}</h1>${content}</main></body></html>`;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

export class RelyingParty {
  /** Parameters that came to the redirect URI, by their `state`. */
  answers = new Map();
  /** The claims of logout tokens, in their order. */
  logouts = [];
  issuer;

  static async start() {
    const party = new RelyingParty();
    party.server = http.createServer((request, response) => party.#answer(request, response));
    party.server.listen(0, "127.0.0.1");
    await once(party.server, "listening");
    party.url = `http://127.0.0.1:${party.server.address().port}`;
    return party;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The seed of the emulator: a service and the clients, with more members of clients by their alias. */
  async seed(members = {}) {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: "key", use: "sig", alg: "ES256" };
    const clients = Object.entries(CLIENTS).map(([alias, id]) => ({
      clientId: Number(id),
      clientIdAlias: alias,
      clientSecret: SECRET,
      clientName: NAMES[alias],
      clientType: "CONFIDENTIAL",
      tokenAuthMethod: "CLIENT_SECRET_BASIC",
      grantTypes: ["AUTHORIZATION_CODE", "REFRESH_TOKEN", "DEVICE_CODE", "CIBA"],
      responseTypes: ["CODE"],
      redirectUris: [`${this.url}/callback`],
      idTokenSignAlg: "ES256",
      bcDeliveryMode: "POLL",
      policyUri: "https://recipes.example/privacy",
      tosUri: "https://recipes.example/terms",
      backchannelLogoutUri: `${this.url}/backchannel-logout`,
      backchannelLogoutSessionRequired: true,
      customMetadata: JSON.stringify({ post_logout_redirect_uris: [`${this.url}/bye`] }),
      ...members[alias],
    }));
    const service = {
      serviceName: "Browser tests",
      apiKey: 20000000000001,
      apiSecret: "service-secret-for-tests",
      accessToken: "service-token-for-tests",
      issuer: "https://as.example",
      supportedGrantTypes: ["AUTHORIZATION_CODE", "REFRESH_TOKEN", "DEVICE_CODE", "CIBA"],
      supportedResponseTypes: ["CODE"],
      supportedTokenAuthMethods: ["CLIENT_SECRET_BASIC"],
      supportedScopes: Object.entries(SCOPES).map(([name, description]) => ({ name, description, defaultEntry: false })),
      supportedClaims: ["name", "email", "email_verified", "phone_number"],
      jwks: { keys: [key] },
      deviceFlowCodeDuration: 300,
      deviceFlowPollingInterval: 1,
      backchannelAuthReqIdDuration: 300,
      backchannelPollingInterval: 1,
      supportedBackchannelTokenDeliveryModes: ["POLL"],
      refreshTokenKept: false,
      supportedCustomClientMetadata: ["post_logout_redirect_uris"],
      clients,
    };
    const owner = { apiKey: 20000000000003, apiSecret: "owner-secret-for-tests", organizationToken: "organization-token-for-tests" };
    return { owner, services: [service] };
  }

  /** A new authorization request: where to send the browser, and its `state`. */
  request({ client = "recipes", scope = "openid profile email", ...parameters } = {}) {
    const state = randomUUID();
    const all = { response_type: "code", client_id: CLIENTS[client], redirect_uri: `${this.url}/callback`, scope, state, ...parameters };
    return { state, url: `${this.issuer}/authorize?${new URLSearchParams(all)}` };
  }

  /** The parameters that the redirect URI received. */
  async answer(state) {
    const end = Date.now() + TIMEOUT;
    while (!this.answers.has(state)) {
      if (Date.now() > end) throw new Error("the redirect URI received no response");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.answers.get(state);
  }

  /** The claims of so many logout tokens, once they are there. */
  async loggedOut(count) {
    const end = Date.now() + TIMEOUT;
    while (this.logouts.length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    return this.logouts;
  }

  /** Calls an endpoint as a client. */
  async call(path, parameters, client = "recipes") {
    const credentials = Buffer.from(`${CLIENTS[client]}:${SECRET}`).toString("base64");
    const response = await fetch(`${this.issuer}${path}`, {
      method: "POST",
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams(parameters),
    });
    return { status: response.status, ...(await response.json()) };
  }

  /** The tokens for the code that came, with the claims of the ID token. */
  async tokens(state, client) {
    const { code, ...rest } = await this.answer(state);
    if (!code) throw new Error(JSON.stringify(rest));
    const tokens = await this.call("/token", { grant_type: "authorization_code", code, redirect_uri: `${this.url}/callback` }, client);
    return { ...tokens, claims: tokens.id_token && decodeJwt(tokens.id_token) };
  }

  async userinfo(token) {
    const response = await fetch(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    return response.json();
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    let body = "";
    for await (const chunk of request) body += chunk;
    const html = (content) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(content);
    switch (url.pathname) {
      case "/callback": {
        const parameters = Object.fromEntries(request.method === "POST" ? new URLSearchParams(body) : url.searchParams);
        this.answers.set(parameters.state, { ...parameters, method: request.method });
        return html(page("Back at the client"));
      }
      case "/bye":
        return html(page("Bye"));
      case "/backchannel-logout":
        this.logouts.push(decodeJwt(new URLSearchParams(body).get("logout_token")));
        return response.writeHead(200).end();
      // Another site that frames a page of the provider.
      case "/frame":
        return html(page("Frame", `<iframe title="frame" src="${escaped(url.searchParams.get("url"))}"></iframe>`));
      // Another site that sends a form to the provider.
      case "/forge": {
        const action = url.searchParams.get("action");
        url.searchParams.delete("action");
        const fields = [...url.searchParams].map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
        return html(page("Forge", `<form method="post" action="${escaped(action)}">${fields.join("")}<button>Send</button></form>`));
      }
      default:
        return response.writeHead(404).end();
    }
  }
}
