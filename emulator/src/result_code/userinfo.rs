//! UserInfo.

result_codes! {}
