//! Request objects.

result_codes! {}
