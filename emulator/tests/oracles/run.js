// Verifies and decrypts what the emulator issues with third-party packages, and sends it what they sign and encrypt.
//
// Usage: node run.js FILE PYTHON
//
// FILE is what the emulator has written with `--output json`. PYTHON is an interpreter that has the package `jwcrypto`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { unlisted } from "./algorithms.js";
import { Api } from "./api.js";
import { credentialEncryptions } from "./credential_encryption.js";
import { mdocs } from "./mdoc.js";
import * as other from "./other_algorithms.js";
import { clientAssertions, dpopProofs, requestObjects } from "./requests.js";
import { encryptions, signatures } from "./responses.js";
import { sdJwts } from "./sd_jwt.js";
import { report } from "./tally.js";

const [file, python] = process.argv.slice(2);
const description = JSON.parse(readFileSync(file, "utf8"));
other.start(python);
for (const version of ["2.x", "3.0"]) {
  const api = new Api(description, version);
  const metadata = await api.get("/service/configuration");
  assert.deepEqual([...unlisted(metadata)], [], "algorithms without a check");
  await signatures(api);
  await encryptions(api);
  await requestObjects(api);
  await clientAssertions(api);
  await dpopProofs(api);
  await sdJwts(api);
  await mdocs(api);
  await credentialEncryptions(api);
}
other.stop();
process.exitCode = report() ? 0 : 1;
