//! `/auth/token`: token management.

mod batch;
mod create;
mod delete;
mod find;
mod list;
mod revoke;
mod update;

pub use batch::{create as create_batch, status as batch_status};
pub use create::create;
pub use delete::delete;
pub use list::list;
pub use revoke::revoke;
pub use update::update;

use crate::json::{Object, ObjectExt};
use crate::store::Binding;

/// The certificate and key to which a request binds a token.
fn binding(request: &Object) -> Binding {
    let text = |name| request.text(name).map(str::to_owned);
    Binding {
        certificate: text("certificateThumbprint"),
        dpop_key: text("dpopKeyThumbprint"),
        instance_key: None,
    }
}
