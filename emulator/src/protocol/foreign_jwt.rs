//! JWTs of third parties that are used as grants. They are parsed here; the server has to verify their signatures.

use super::jwt_times;
use crate::clock::Millis;
use crate::jose::{Jwe, Jws};
use crate::json::{Object, ObjectExt};
use crate::result_code::{JWT_ENCRYPTED, JWT_MALFORMED, JWT_UNSIGNED, JWT_UNTIMELY, ResultCode};
use crate::store::Service;

/// Which JWTs a service rejects.
#[derive(Debug, Clone, Copy)]
pub struct JwtPolicy {
    pub encrypted_rejected: bool,
    pub unsigned_rejected: bool,
}

/// A parsed JWT.
#[derive(Debug)]
pub struct ForeignJwt {
    pub jws: Jws,
    pub claims: Object,
}

impl ForeignJwt {
    /// Parses a JWT and checks its times; `None` if it is encrypted, so that only the server can read it.
    pub fn read(
        text: &str,
        policy: JwtPolicy,
        service: &Service,
        now: Millis,
    ) -> Result<Option<Self>, ResultCode> {
        if Jwe::parse(text).is_ok() {
            return match policy.encrypted_rejected {
                true => Err(JWT_ENCRYPTED),
                false => Ok(None),
            };
        }
        let jws = Jws::parse(text).map_err(|_| JWT_MALFORMED)?;
        let claims = jws.claims().ok_or(JWT_MALFORMED)?;
        if !jwt_times::invalid(&claims, now, service.clock_skew()).is_empty() {
            return Err(JWT_UNTIMELY);
        }
        let jwt = Self { jws, claims };
        if !jwt.is_signed() && policy.unsigned_rejected {
            return Err(JWT_UNSIGNED);
        }
        Ok(Some(jwt))
    }

    pub fn is_signed(&self) -> bool {
        self.jws.alg() != "none"
    }

    /// The audiences, of which there can be several (RFC 7519 §4.1.3).
    pub fn audiences(&self) -> Option<Vec<&str>> {
        match self.claims.text("aud") {
            Some(audience) => Some(vec![audience]),
            None => {
                let audiences = self.claims.array("aud")?;
                audiences.iter().map(|audience| audience.as_str()).collect()
            }
        }
    }
}
