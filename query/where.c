/* SPDX-License-Identifier: Apache-2.0 */
#include "where.h"

enum akin_status
akin_where_read(const struct akin_json *where, struct akin_filter **out,
                struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    switch (akin_json_type(where)) {
    case AKIN_JSON_NONE:
    case AKIN_JSON_NULL:
        return AKIN_OK;
    case AKIN_JSON_STRING:
        st = akin_filter_parse(akin_json_string(where), out, err);
        break;
    case AKIN_JSON_OBJECT:
        st = akin_filter_from_json(where, out, err);
        break;
    default:
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "where must be a filter as text or as an object");
    }
    if (st != AKIN_OK)
        akin_error_prefix(err, "where");
    return st;
}

enum akin_status
akin_where_resolve(struct akin_filter *filter,
                   const struct akin_catalog *catalog, struct akin_json *out,
                   struct akin_error *err)
{
    struct akin_json *hints;
    enum akin_status st;

    if (filter == NULL)
        return AKIN_OK;
    hints = akin_json_array();
    st = akin_filter_resolve(filter, akin_catalog_terms(catalog), hints, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "where");
    else if (out != NULL && akin_json_count(hints) > 0)
        akin_json_set(out, "hints", akin_json_share(hints));
    akin_json_free(hints);
    return st;
}
