#include "json.h"
#include <stdint.h>
#include <string.h>

struct reader {
  char *at;
  char *end;
};

static void space(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static bool take(struct reader *r, char wanted) {
  space(r);
  if (r->at >= r->end || *r->at != wanted) return false;
  r->at++;
  return true;
}

static int hex4(struct reader *r) {
  int value = 0;
  if (r->end - r->at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = *r->at++;
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// UTF-8 of a character is never longer than its escape: writing where it is read is safe.
static char *encode(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
  } else if (c < 0x800) {
    *to++ = (char)(0xc0 | c >> 6);
    *to++ = (char)(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *to++ = (char)(0xe0 | c >> 12);
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  } else {
    *to++ = (char)(0xf0 | c >> 18);
    *to++ = (char)(0x80 | (c >> 12 & 63));
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  }
  return to;
}

static bool escape(struct reader *r, char **to) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (r->at >= r->end) return false;
  char c = *r->at++;
  if (c != 'u') {
    const char *known = c == 0 ? NULL : strchr(names, c);
    if (known == NULL) return false;
    *(*to)++ = values[known - names];
    return true;
  }
  int unit = hex4(r);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return false;
  uint32_t value = (uint32_t)unit;
  if (unit >= 0xd800 && unit <= 0xdbff) {
    if (r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u') return false;
    r->at += 2;
    int low = hex4(r);
    if (low < 0xdc00 || low > 0xdfff) return false;
    value = 0x10000 + ((value - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
  }
  *to = encode(*to, value);
  return true;
}

static bool string(struct reader *r, struct text *found) {
  if (!take(r, '"')) return false;
  char *to = r->at;
  found->bytes = to;
  while (r->at < r->end) {
    unsigned char c = (unsigned char)*r->at++;
    if (c == '"') {
      found->length = (size_t)(to - found->bytes);
      return true;
    }
    if (c < 0x20) return false;
    if (c != '\\') *to++ = (char)c;
    else if (!escape(r, &to)) return false;
  }
  return false;
}

const char *json_fields(char *bytes, size_t length, const char *const *names, struct text *found, size_t count) {
  struct reader r = {bytes, bytes + length};
  if (!take(&r, '{')) return "expected an object";
  if (!take(&r, '}')) {
    do {
      struct text name, value;
      if (!string(&r, &name)) return "expected a name";
      if (!take(&r, ':')) return "expected a colon";
      if (!string(&r, &value)) return "expected a string";
      for (size_t i = 0; i < count; i++) {
        if (name.length != strlen(names[i]) || memcmp(name.bytes, names[i], name.length) != 0) continue;
        if (found[i].bytes != NULL) return "a name that is there twice";
        found[i] = value;
      }
    } while (take(&r, ','));
    if (!take(&r, '}')) return "expected , or }";
  }
  space(&r);
  return r.at == r.end ? NULL : "text after the object";
}
