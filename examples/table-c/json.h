// JSON objects whose values are strings: all that this tool takes. Strict (RFC 8259).
#ifndef JSON_H
#define JSON_H
#include <stdbool.h>
#include <stddef.h>

struct text {
  char *bytes;
  size_t length;
};

// Finds the members of an object in place (texts are unescaped where they stand). `names` and `found` are side by side; a member that is not
// there keeps a null pointer. Returns null, or what is wrong.
const char *json_fields(char *text, size_t length, const char *const *names, struct text *found, size_t count);
#endif
