"""The functions that an expression or query of a source.yml may use: what they see is their row.

A list of what is allowed, as a list of what is not would be wrong at the next version of DuckDB.
Left out is what reaches files, settings, secrets, other SQL, the session or chance: a landing that
is repeated must give the same.
"""

from __future__ import annotations

_OPERATORS = (
    "+ - * / // % ** ^ ^@ & && | || << >> ~ ~~ !~~ ~~* !~~* ~~~ @ @> <@ <-> <=> -> ->> !__postfix !"
)
_TEXTS = """
    ascii bar bit_length char_length character_length chr concat concat_ws contains ends_with
    format formatreadabledecimalsize formatreadablesize format_bytes instr lcase left left_grapheme
    len length length_grapheme like_escape ilike_escape not_like_escape not_ilike_escape lower lpad
    ltrim md5 nfc_normalize octet_length ord position prefix printf regexp_escape regexp_extract
    regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat
    replace reverse right right_grapheme rpad rtrim sha1 sha256 hash split split_part starts_with
    str_split str_split_regex string_split string_split_regex string_to_array strip_accents strlen
    strpos substr substring substring_grapheme suffix translate trim ucase unicode upper url_decode
    url_encode parse_dirname parse_dirpath parse_filename parse_path parse_formatted_bytes
    levenshtein damerau_levenshtein editdist3 hamming mismatches jaccard jaro_similarity
    jaro_winkler_similarity base64 to_base64 from_base64 hex unhex to_hex from_hex bin unbin
    to_binary from_binary to_base encode decode array_to_string nullif typeof
"""
_NUMBERS = """
    abs acos acosh add asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees
    divide even exp factorial floor fdiv fmod gamma gcd greatest greatest_common_divisor isfinite
    isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi
    pow power radians round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh
    trunc xor
"""
_TIMES = """
    age century current_date current_localtime current_localtimestamp date_add date_diff date_part
    date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek
    dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era get_current_time
    get_current_timestamp hour isodow isoyear julian last_day make_date make_time make_timestamp
    make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium millisecond minute
    month monthname nanosecond normalized_interval now quarter second strftime strptime
    time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades to_hours
    to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years today transaction_timestamp try_strptime week weekday weekofyear
    year yearweek
"""
_NESTED = """
    array_extract cardinality element_at flatten generate_series generate_subscripts map map_concat
    map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value
    map_from_entries map_keys map_values range reduce row struct_concat struct_contains
    struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys
    struct_pack struct_position struct_update struct_values union_extract union_tag union_value
    unnest unpivot_list aggregate apply filter json json_array json_array_length json_contains
    json_exists json_extract json_extract_path json_extract_path_text json_extract_string
    json_keys json_merge_patch json_object json_pretty json_quote json_structure json_transform
    json_transform_strict json_type json_valid json_value from_json from_json_strict row_to_json
    array_to_json to_json json_group_array json_group_object json_group_structure
"""
# Each as list_… and array_….
_LISTS = """
    aggr aggregate any_value append apply approx_count_distinct avg bit_and bit_or bit_xor bool_and
    bool_or cat concat contains count cosine_distance cosine_similarity cross_product distance
    distinct dot_product element entropy extract filter first grade_up has has_all has_any
    histogram indexof inner_product intersect last length max median min mode pop_back pop_front
    position prepend product push_back push_front reduce resize reverse reverse_sort select slice
    sort stddev_pop stddev_samp string_agg sum transform unique value var_pop var_samp where zip
    pack
"""
_AGGREGATES = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
    arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and
    bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp
    entropy favg first first_value fsum geomean geometric_mean group_concat histogram kahan_sum
    kurtosis kurtosis_pop last last_value list listagg mad max max_by mean median min min_by mode
    product quantile quantile_cont quantile_disc sem skewness stddev stddev_pop stddev_samp
    string_agg sum sumkahan var_pop var_samp variance wavg weighted_avg
"""
_WINDOWS = (
    "cume_dist dense_rank fill lag lead nth_value ntile percent_rank rank rank_dense row_number"
)

FUNCTIONS = frozenset(
    " ".join((_OPERATORS, _TEXTS, _NUMBERS, _TIMES, _NESTED, _AGGREGATES, _WINDOWS)).split()
) | {f"{kind}_{name}" for kind in ("list", "array") for name in _LISTS.split()}

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})

EXPRESSIONS = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "LAMBDA",
        "LAMBDA_REF",
        "OPERATOR",
        "POSITIONAL_REFERENCE",
        "STAR",
        "SUBQUERY",
        "TYPE",
        "WINDOW",
    }
)
"""The classes of DuckDB's expressions; not among them is what waits for a value or a default."""
