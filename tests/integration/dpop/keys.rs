//! Keys to sign proofs with.

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// RFC 7515 §A.3.
pub fn p256() -> Value {
    json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

/// RFC 7515 §A.4.
pub fn p521() -> Value {
    json!({
        "kty": "EC",
        "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
        "d": "AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C",
    })
}

/// RFC 8037 §A.1.
pub fn ed25519() -> Value {
    json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

/// RFC 7515 §A.2.
pub fn rsa() -> Value {
    json!({
        "kty": "RSA",
        "n": concat!(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR",
            "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB",
            "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia",
            "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        ),
        "e": "AQAB",
        "d": concat!(
            "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46su",
            "i395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4",
            "qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB",
            "4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
        ),
        "p": concat!(
            "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8",
            "cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
        ),
        "q": concat!(
            "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t",
            "62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
        ),
        "dp": concat!(
            "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCj",
            "n12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
        ),
        "dq": concat!(
            "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnw",
            "gjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
        ),
        "qi": concat!(
            "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93",
            "IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
        ),
    })
}

/// An RSA key of 1024 bits, which is too small.
pub fn small_rsa() -> Value {
    json!({
        "kty": "RSA",
        "n": concat!(
            "qhrMFplvKsrxBvek5KVtTMuOf_5zDCxLtC7Zs7wOj7O3ZZNnPZ2kbxpRaXgRQnpTQl3aIY6YKsJ3WvUxA0gT_dMJ9ll65p3vAgZP",
            "ZhgWj4RkSdqW4a9CsauB_Pe-DcGFOn0BF_3gBjX_iu60FnEYVNUecwgqsw9P1Eya5-3cfGc",
        ),
        "e": "AQAB",
        "d": concat!(
            "Y2gzmoViFNTyVAsG3uPZ4wYWKbBuVU_RkePLL6EXtVzmMUMaE0T74j20E_mpxHquC1vDbNbjECIDFDGzyeImY7usZlfrW7GW0yXH",
            "wanIXW-GmTTkplWfEV7b8X-orVkuRX4jOVywS2jMDrZ4B4n_nQOCPS8iNRPRzxh9lHgDvZE",
        ),
        "p": "3ye0dEAmFfYZuqSknwrAFwkoyizspGjpzmuhi4rRL8mg1PLjRf-2XZ-bxtOtrixX6v1qmUQJojKe9QAGpD43aQ",
        "q": "wyQyiGu0EnJGaZRk2-Y3crrZcGn9NW7wk-7N1TjMP4TkT2JYCdWF2nNO9SNg7xjVHaElMWqsnwGOY0O2BezrTw",
        "dp": "yMw2cWCDpMFE15Bs3PtUa6X_QST5bttEf0yUGTc5EhIRGWzRGtyE4WvMRTWWE6KtHbMYJ390V7HLHNQAJewh-Q",
        "dq": "lOJ_M5qJDzHlCxTPRv-E-qIY2C3lpOj54MRogvAM1cG8t9yesxIYSC2F5n6RrJrTrwGN8QAkqER1sMKulCLI_Q",
        "qi": "OtxDmoTI55mWXy7oqpQ4B0EZEe0KqOYF0RKZDsEY5ZXhaznYQl290bKQgslJFwwEURWeKc8G4-L6zf_9qNJyjQ",
    })
}

pub fn p384() -> Value {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let d = pair.private_key().as_be_bytes().unwrap();
    // The point is 04, x, y (SEC 1 §2.3.3).
    let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
    json!({ "kty": "EC", "crv": "P-384", "d": encoded(d.as_ref()), "x": encoded(x), "y": encoded(y) })
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
