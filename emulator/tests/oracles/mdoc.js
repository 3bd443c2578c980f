// Credentials as mdocs (ISO/IEC 18013-5), presented with a signature of the device.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { DeviceResponse, Verifier, parse } from "@auth0/mdl";
import * as x509 from "@peculiar/x509";
import { exportJWK } from "jose";
import { accessTokenFor, credentialRequest, enableIssuance, issueCredential } from "./issuance.js";
import { signingKey } from "./keys.js";
import { check } from "./tally.js";

const DOCUMENT_TYPE = "org.iso.18013.5.1.mDL";
const NAME_SPACE = "org.iso.18013.5.1";
const CLAIMS = {
  family_name: "Silverstone",
  given_name: "Alice",
  issuing_country: "JP",
  portrait: "cbor:h'ffd8'",
  birth_date: 'cbor:1004("1991-11-06")',
  driving_privileges: [{ vehicle_category_code: "A" }],
};
/** The algorithms of an mdoc, and how the Web Cryptography API names their keys. */
const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  ES512: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
  EdDSA: { name: "Ed25519" },
};
const HOUR = 3_600_000;

const newKeys = (alg) => crypto.subtle.generateKey(ALGORITHMS[alg], true, ["sign", "verify"]);

const validity = () => ({ notBefore: new Date(Date.now() - HOUR), notAfter: new Date(Date.now() + 2 * HOUR) });

/** A root certificate (IACA), and how it certifies an issuer. */
async function root() {
  const name = "C=JP, CN=Root";
  const keys = await newKeys("ES256");
  const signingAlgorithm = ALGORITHMS.ES256;
  const { cRLSign, keyCertSign } = x509.KeyUsageFlags;
  const extensions = [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
  ];
  const self = { name, keys, signingAlgorithm, extensions, ...validity() };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(self);
  const certify = (publicKey) =>
    x509.X509CertificateGenerator.create({
      subject: "C=JP, CN=Issuer",
      issuer: name,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm,
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
      ...validity(),
    });
  return { certificate: certificate.toString("pem"), certify };
}

/** A new private key of an issuer with a certificate, as a JWK. */
async function issuerKey(alg, certify) {
  const { privateKey, publicKey } = await newKeys(alg);
  const certificate = await certify(publicKey);
  const members = { kid: alg, use: "sig", alg, x5c: [certificate.toString("base64")] };
  return { ...(await exportJWK(privateKey)), ...members };
}

/** Wraps an `IssuerSigned` in a device response (ISO/IEC 18013-5 §8.3.2.1.2.2), byte for byte. */
function deviceResponse(issuerSigned) {
  // CBOR (RFC 8949): a text of less than 24 bytes, an array of one, maps of two and of three.
  const text = (value) => Buffer.from([0x60 + value.length, ...Buffer.from(value)]);
  const document = [Buffer.from([0xa2]), text("docType"), text(DOCUMENT_TYPE), text("issuerSigned"), issuerSigned];
  const documents = [text("documents"), Buffer.from([0x81]), ...document];
  const version = [text("version"), text("1.0")];
  return Buffer.concat([Buffer.from([0xa3]), ...version, ...documents, text("status"), Buffer.from([0])]);
}

/** A session transcript: the encoded `[null, null, number]` in a byte string with tag 24. */
const transcript = (number) => Buffer.from([0xd8, 0x18, 0x44, 0x83, 0xf6, 0xf6, number]);

/** The device discloses some of the elements. */
async function present(credential, elements, deviceKey, alg) {
  const fields = elements.map((name) => ({ path: [`$['${NAME_SPACE}']['${name}']`], intent_to_retain: false }));
  const definition = {
    id: "request",
    input_descriptors: [
      {
        id: DOCUMENT_TYPE,
        format: { mso_mdoc: { alg: [alg] } },
        constraints: { limit_disclosure: "required", fields },
      },
    ],
  };
  const response = await DeviceResponse.from(deviceResponse(credential))
    .usingPresentationDefinition(definition)
    .usingSessionTranscriptBytes(transcript(1))
    .authenticateWithSignature(deviceKey, alg)
    .sign();
  return response.encode();
}

/** The failed checks of a presentation. */
async function failures(presentation, certificate, session = 1) {
  const failed = [];
  const onCheck = ({ status, id }) => status === "FAILED" && failed.push(id);
  const options = { encodedSessionTranscript: transcript(session), onCheck };
  await new Verifier([certificate]).verify(presentation, options);
  return failed;
}

/** Replaces the only occurrence of some bytes. */
function replaced(bytes, from, to) {
  const hex = bytes.toString("hex").split(Buffer.from(from).toString("hex"));
  assert.equal(hex.length, 2, `one ${from}`);
  return Buffer.from(hex.join(Buffer.from(to).toString("hex")), "hex");
}

async function issue(api, alg, deviceKey, duration) {
  const accessToken = await accessTokenFor(api, "mdl");
  const request = await credentialRequest(api, "mdl", alg, deviceKey);
  const payload = { doctype: DOCUMENT_TYPE, claims: { [NAME_SPACE]: CLAIMS, "org.example": { member: true } } };
  const issued = await issueCredential(api, accessToken, request, { payload, duration, signingKeyId: alg });
  return Buffer.from(issued, "base64url");
}

async function valid(api, alg, certificate, otherCertificate) {
  const deviceKey = signingKey(alg);
  const credential = await issue(api, alg, deviceKey, HOUR / 1000);
  const presentAs = (credential, key) => present(credential, Object.keys(CLAIMS), key, alg);

  const presentation = await presentAs(credential, deviceKey.private);
  assert.deepEqual(await failures(presentation, certificate), []);
  const [document] = parse(presentation).documents;
  assert.deepEqual(document.issuerSignedNameSpaces, [NAME_SPACE]);
  const { family_name, portrait, birth_date, driving_privileges, ...others } = document.getIssuerNameSpace(NAME_SPACE);
  assert.deepEqual(others, { given_name: "Alice", issuing_country: "JP" });
  assert.equal(family_name, "Silverstone");
  assert.deepEqual([...portrait], [0xff, 0xd8]);
  assert.equal(birth_date.toISOString(), "1991-11-06");
  assert.deepEqual(driving_privileges, [new Map([["vehicle_category_code", "A"]])]);
  const { docType, validityInfo } = document.issuerSigned.issuerAuth.decodedPayload;
  const { signed, validFrom, validUntil } = validityInfo;
  assert.equal(docType, DOCUMENT_TYPE);
  assert.deepEqual([validFrom, validUntil], [signed, new Date(signed.getTime() + HOUR)]);

  // A changed date, a changed element, another issuer, another device, another session.
  const end = validUntil.toISOString().replace(".000", "");
  const longer = await presentAs(replaced(credential, end, `9${end.slice(1)}`), deviceKey.private);
  assert.deepEqual(await failures(longer, certificate), ["ISSUER_SIGNATURE_VALIDITY"]);
  const element = await presentAs(replaced(credential, "Silverstone", "Goldenstone"), deviceKey.private);
  assert.deepEqual(await failures(element, certificate), ["ATTRIBUTE_DIGEST_MATCH"]);
  assert.deepEqual(await failures(presentation, otherCertificate), ["ISSUER_CERTIFICATE_VALIDITY"]);
  const stolen = await presentAs(credential, signingKey(alg).private);
  assert.deepEqual(await failures(stolen, certificate), ["DEVICE_SIGNATURE_VALIDITY"]);
  assert.deepEqual(await failures(presentation, certificate, 2), ["DEVICE_SIGNATURE_VALIDITY"]);
}

async function expired(api, certificate) {
  const deviceKey = signingKey("ES256");
  const credential = await issue(api, "ES256", deviceKey, 1);
  await sleep(1100);
  const presentation = await present(credential, ["family_name"], deviceKey.private, "ES256");
  assert.deepEqual(await failures(presentation, certificate), ["MSO_VALIDITY_AT_VERIFICATION_TIME"]);
}

export async function mdocs(api) {
  const [{ certificate, certify }, other] = [await root(), await root()];
  const algs = Object.keys(ALGORITHMS);
  const keys = await Promise.all(algs.map((alg) => issuerKey(alg, certify)));
  await enableIssuance(api, { mdl: { format: "mso_mdoc", doctype: DOCUMENT_TYPE } }, keys);
  for (const alg of algs) {
    const run = () => valid(api, alg, certificate, other.certificate);
    await check("mdoc: algorithms of credentials with device key verified", `${alg}, ${api.version}`, run);
  }
  await check("mdoc: expired credentials refused", api.version, () => expired(api, certificate));
}
