// A tool that adds up a column of a table: one JSON object on stdin, one on stdout (spec 10.4). Nothing but WASI is imported.
//
//   { "csv": "fruit,count\napple,3\npear,4\n", "column": "count" }  ->  { "rows": 2, "numbers": 2, "sum": 7 }
#include "json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static void say(int fd, const char *text, size_t length) {
  while (length > 0) {
    ssize_t written = write(fd, text, length);
    if (written <= 0) _exit(3);
    text += written;
    length -= (size_t)written;
  }
}

static _Noreturn void refuse(const char *problem) {
  say(2, problem, strlen(problem));
  say(2, "\n", 1);
  _exit(1);
}

static struct text read_input(void) {
  struct text all = {NULL, 0};
  for (;;) {
    char *more = realloc(all.bytes, all.length + CHUNK);
    if (more == NULL) refuse("no memory for the input");
    all.bytes = more;
    ssize_t got = read(0, all.bytes + all.length, CHUNK);
    if (got < 0) refuse("the input cannot be read");
    if (got == 0) return all;
    all.length += (size_t)got;
  }
}

// The next cell of a line; false at the line's end.
static bool next_cell(const char **at, const char *end, struct text *cell) {
  if (*at > end) return false;
  const char *comma = memchr(*at, ',', (size_t)(end - *at));
  const char *stop = comma == NULL ? end : comma;
  cell->bytes = (char *)*at;
  cell->length = (size_t)(stop - *at);
  *at = stop + 1;
  return true;
}

static bool cell_of(const char *line, const char *end, size_t wanted, struct text *cell) {
  for (size_t i = 0; next_cell(&line, end, cell); i++)
    if (i == wanted) return true;
  return false;
}

static bool same(struct text a, struct text b) { return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0; }

// Whole numbers that fit: what else there is counts as no number.
static bool number_of(struct text cell, long long *value) {
  char digits[20];
  if (cell.length == 0 || cell.length >= sizeof digits - 1) return false;
  memcpy(digits, cell.bytes, cell.length);
  digits[cell.length] = 0;
  char *end;
  *value = strtoll(digits, &end, 10);
  return *end == 0 && digits[0] != ' ';
}

int main(void) {
  static const char *const names[] = {"csv", "column"};
  struct text fields[2] = {{NULL, 0}, {NULL, 0}};
  struct text input = read_input();
  const char *problem = json_fields(input.bytes, input.length, names, fields, 2);
  if (problem != NULL) refuse(problem);
  if (fields[0].bytes == NULL || fields[1].bytes == NULL) refuse("the input needs \"csv\" and \"column\"");

  const char *at = fields[0].bytes, *end = at + fields[0].length;
  long long rows = -1, numbers = 0, sum = 0;
  size_t column = 0;
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    if (line_end == NULL) line_end = end;
    struct text cell;
    if (rows < 0) {
      const char *cells = at;
      while (next_cell(&cells, line_end, &cell) && !same(cell, fields[1])) column++;
      if (!cell_of(at, line_end, column, &cell)) refuse("no such column");
    } else if (cell_of(at, line_end, column, &cell)) {
      long long value;
      if (number_of(cell, &value)) {
        numbers++;
        if (__builtin_add_overflow(sum, value, &sum)) refuse("the sum is too large");
      }
    }
    rows++;
    at = line_end + 1;
  }
  char output[128];
  int length = snprintf(output, sizeof output, "{\"rows\":%lld,\"numbers\":%lld,\"sum\":%lld}", rows < 0 ? 0 : rows, numbers, sum);
  say(1, output, (size_t)length);
  return 0;
}
