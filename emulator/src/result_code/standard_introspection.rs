//! Standard introspection.

result_codes! {}
