//! Discovery.

result_codes! {
    /// RFC 6902.
    PATCH_MALFORMED = own "A923201", "patch is not a JSON Patch";
    /// RFC 6902 §5.
    PATCH_INAPPLICABLE = own "A923202", "patch cannot be applied to the metadata";
}
