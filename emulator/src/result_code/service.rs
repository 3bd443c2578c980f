//! The management of services.

result_codes! {
    /// The settings have a member that cannot be as it is.
    SERVICE_INVALID = own "A923201", "a setting of the service is not valid";
}
