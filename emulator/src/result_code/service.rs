//! The management of services.

result_codes! {}
