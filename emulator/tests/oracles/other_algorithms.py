"""Signs, verifies, encrypts and decrypts with jwcrypto.

Reads one JSON object a line from standard input, and answers each with one line: `{"value": …}`, or `{"error": …}` if
jwcrypto refuses the token.
"""

import json
import sys
from functools import cache

from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS


def compact(value):
    return json.dumps(value, separators=(",", ":"))


@cache
def read_key(text):
    return JWK.from_json(text) if "kty" in json.loads(text) else JWKSet.from_json(text)


def key_of(value):
    return read_key(json.dumps(value))


def sign(header, payload, key):
    token = JWS(payload)
    token.allowed_algs = [header["alg"]]
    token.add_signature(key_of(key), protected=compact(header))
    return token.serialize(compact=True)


def verify(alg, token, key):
    signed = JWS()
    signed.allowed_algs = [alg]
    signed.deserialize(token, key_of(key))
    return signed.payload.decode()


def encrypt(header, payload, key):
    token = JWE(payload, protected=compact(header), algs=[header["alg"], header["enc"]])
    token.add_recipient(key_of(key))
    return token.serialize(compact=True)


def decrypt(alg, enc, token, key):
    encrypted = JWE(algs=[alg, enc])
    encrypted.deserialize(token, key_of(key))
    return encrypted.payload.decode()


OPERATIONS = {operation.__name__: operation for operation in (sign, verify, encrypt, decrypt)}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        operation = OPERATIONS[request.pop("operation")]
        try:
            answer = {"value": operation(**request)}
        except JWException as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
