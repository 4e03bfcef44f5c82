# Turns options.tsv into C++: the initialisers of registry.cc. Called by core/CMakeLists.txt as
#   awk -v out=options.inc -f options.awk options.tsv
# A row that is not what the table's head describes is named with its line and reason, nothing is
# written, and the build stops.

BEGIN {
  FS = "\t"
  columns = 8
  kind["boolean"] = "kBoolean";       name["boolean"] = "Boolean"
  kind["int"] = "kInt";               name["int"] = "Integer"
  kind["long"] = "kLong";             name["long"] = "Long"
  kind["double"] = "kDouble";         name["double"] = "Double"
  kind["string"] = "kString";         name["string"] = "String"
  kind["password"] = "kPassword";     name["password"] = "Password"
  kind["enum"] = "kEnum"
  kind["memorysize"] = "kMemorySize"; name["memorysize"] = "MemorySize"
  kind["duration"] = "kDuration";     name["duration"] = "Duration"
  kind["list<string>"] = "kStringList"; name["list<string>"] = "List<String>"
  kind["list<int>"] = "kIntList";     name["list<int>"] = "List<Integer>"
  kind["list<enum>"] = "kEnumList"
  kind["map"] = "kMap";               name["map"] = "Map"
}

function bad(reason) {
  printf "%s:%d: %s\n", FILENAME, FNR, reason > "/dev/stderr"
  problems++
}

function check_flag(column, value) {
  if (value != "yes" && value != "no") bad(column " is '" value "', expected yes or no")
}

function quoted(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  return "\"" text "\""
}

# A view of the array that holds the names, or none.
function enum_array(names,    parts, count, i, list) {
  if (names == "-") return "{}"
  count = split(names, parts, ",")
  for (i = 1; i <= count; i++) {
    if (parts[i] !~ /^[A-Za-z0-9_]+$/) bad("'" parts[i] "' is no name in enum values '" names "'")
    list = list (i > 1 ? ", " : "") quoted(parts[i])
  }
  arrays = arrays "constexpr absl::string_view kNames" rows "[] = {" list "};\n"
  return "kNames" rows
}

/^#/ { next }

{
  rows++
  if (NF != columns) { bad("found " NF " columns, expected " columns " separated by tabs"); next }
  key = $1; type = $2; text = $3; dynamic = $4; secret = $5; enum = $6; values = $7; help = $8
  if (key !~ /^[a-z0-9]+([.-][a-z0-9]+)*$/) bad("key '" key "' is not lower-case words between dots")
  if (rows > 1 && (key "") <= (previous "")) bad("key '" key "' must stand before '" previous "'")
  previous = key
  if (!(type in kind)) { bad("type '" type "' of '" key "' is unknown"); next }
  check_flag("dynamic of '" key "'", dynamic)
  check_flag("secret of '" key "'", secret)
  if (type == "password" && secret != "yes") bad("'" key "' is a password, so secret must be yes")
  has_enum = type ~ /enum/
  if (has_enum && (enum == "-" || values == "-")) bad("'" key "' needs its enum's name and values")
  if (!has_enum && (enum != "-" || values != "-")) bad("'" key "' is no enum: both must be -")
  if (text == "") bad("default of '" key "' is blank: write <none> or <empty>")
  if (text == "<empty>" && type !~ /list|map|string/) bad("default of '" key "' cannot be empty")
  if (help == "" || help == "-") bad("'" key "' has no description")

  shown = name[type]
  if (type == "enum") shown = enum
  if (type == "list<enum>") shown = "List<" enum ">"
  initial = text == "<none>" ? "std::nullopt" : text == "<empty>" ? "\"\"" : quoted(text)
  options = options "    {" quoted(key) ", Type::" kind[type] ", " quoted(shown) ",\n     " initial ", " \
    (dynamic == "yes" ? "true" : "false") ", " (secret == "yes" ? "true" : "false") ", " \
    enum_array(values) ",\n     " quoted(help) "},\n"
}

END {
  if (rows == 0) bad("no rows")
  if (problems > 0) exit 1
  printf "%s\nconstexpr Option kOptions[] = {\n%s};\n", arrays, options > out
}
