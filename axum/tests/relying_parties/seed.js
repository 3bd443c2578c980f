// The seed of the emulator: a service with all features that the tests use, and a client for each authentication method.

import { PRIVATE_JWK, PUBLIC_JWK, REDIRECT_URI } from "./keys.js";
import { ACRS } from "./server.js";

const client = (number, alias, members) => ({
  clientId: number,
  clientIdAlias: alias,
  clientIdAliasEnabled: true,
  clientSecret: "client-secret-with-at-least-32-characters",
  clientName: alias,
  clientType: "CONFIDENTIAL",
  applicationType: "WEB",
  tokenAuthMethod: "CLIENT_SECRET_BASIC",
  grantTypes: ["AUTHORIZATION_CODE", "IMPLICIT", "REFRESH_TOKEN", "DEVICE_CODE", "CIBA"],
  responseTypes: ["CODE", "CODE_ID_TOKEN", "ID_TOKEN"],
  redirectUris: [REDIRECT_URI],
  idTokenSignAlg: "ES256",
  bcDeliveryMode: "POLL",
  jwks: { keys: [PUBLIC_JWK] },
  customMetadata: JSON.stringify({ post_logout_redirect_uris: ["https://client.example/bye"] }),
  ...members,
});

/** `pingPort` is the port of the client that gets CIBA ping notifications. */
export const seed = (pingPort) => ({
  owner: { apiKey: 20000000000003, apiSecret: "owner-secret-for-tests", organizationToken: "organization-token-for-tests" },
  services: [
    {
      serviceName: "Relying parties",
      apiKey: 20000000000001,
      apiSecret: "service-secret-for-tests",
      accessToken: "service-token-for-tests",
      issuer: "https://as.example",
      supportedGrantTypes: ["AUTHORIZATION_CODE", "IMPLICIT", "REFRESH_TOKEN", "DEVICE_CODE", "CIBA", "PRE_AUTHORIZED_CODE"],
      supportedResponseTypes: ["CODE", "CODE_ID_TOKEN", "ID_TOKEN"],
      supportedTokenAuthMethods: [
        "NONE",
        "CLIENT_SECRET_BASIC",
        "CLIENT_SECRET_POST",
        "CLIENT_SECRET_JWT",
        "PRIVATE_KEY_JWT",
        "TLS_CLIENT_AUTH",
      ],
      supportedAcrs: ACRS,
      supportedScopes: ["openid", "profile", "email", "offline_access"].map((name) => ({ name, defaultEntry: false })),
      supportedClaims: ["name", "email", "email_verified"],
      supportedClaimLocales: ["en", "ja"],
      supportedUiLocales: ["en", "ja"],
      jwks: { keys: [{ ...PRIVATE_JWK, use: "sig", alg: "ES256" }] },
      idTokenReissuable: true,
      dpopNonceRequired: true,
      dpopNonceDuration: 300,
      issSuppressed: false,
      mutualTlsSupported: true,
      tlsClientCertificateBoundAccessTokens: true,
      deviceFlowCodeDuration: 300,
      backchannelAuthReqIdDuration: 300,
      // The default interval is 0, which strict clients reject.
      backchannelPollingInterval: 1,
      supportedBackchannelTokenDeliveryModes: ["POLL", "PING"],
      preAuthorizedGrantAnonymousAccessSupported: true,
      refreshTokenKept: false,
      supportedCustomClientMetadata: ["post_logout_redirect_uris"],
      clients: [
        client(20000000000011, "web"),
        client(20000000000012, "signed", { tokenAuthMethod: "PRIVATE_KEY_JWT", requestSignAlg: "ES256", tokenAuthSignAlg: "ES256" }),
        client(20000000000013, "jarm", { authorizationSignAlg: "ES256" }),
        client(20000000000014, "mtls", {
          tokenAuthMethod: "TLS_CLIENT_AUTH",
          tlsClientAuthSubjectDn: "CN=mtls.example",
          tlsClientCertificateBoundAccessTokens: true,
        }),
        client(20000000000015, "public", {
          clientType: "PUBLIC",
          tokenAuthMethod: "NONE",
          grantTypes: ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
          responseTypes: ["CODE"],
        }),
        client(20000000000017, "ping", {
          bcDeliveryMode: "PING",
          bcNotificationEndpoint: `http://127.0.0.1:${pingPort}/`,
        }),
        // sign_up.js uses it to look up subjects.
        client(20000000000018, "subjects", { responseTypes: ["ID_TOKEN"] }),
        client(20000000000016, "post", { tokenAuthMethod: "CLIENT_SECRET_POST", userInfoSignAlg: "ES256" }),
      ],
    },
  ],
});
