// The table of codes, for people.
#include "kernel/cli/explain_code.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

void writeCode(base::JsonWriter& json, const base::CodeInfo& code) {
  json.beginObject().member("code", code.id).member("severity", base::severityName(code.severity));
  json.member("title", code.title).member("explanation", code.explanation).endObject();
}

// Breaks lines at blanks.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (const std::string_view word : base::split(text, ' ')) {
    const std::size_t size = base::displayWidth(word);
    if (used > 0 && used + 1 + size > width) {
      out += '\n';
      used = 0;
    }
    if (used > 0) {
      out += ' ';
      ++used;
    }
    out += word;
    used += size;
  }
  return out;
}

int listCodes(Context& cx) {
  std::vector<base::CodeInfo> codes(base::allCodes().begin(), base::allCodes().end());
  std::sort(codes.begin(), codes.end(), [](const base::CodeInfo& a, const base::CodeInfo& b) { return a.id < b.id; });
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const base::CodeInfo& code : codes) writeCode(json, code);
    json.endArray();
    cx.out.write("\n");
    return kOk;
  }
  TextTable table({{"CODE"}, {"SEVERITY"}, {"MEANING", false, 20, 0}});
  for (const base::CodeInfo& code : codes)
    table.add(
        {{std::string(code.id), kBold}, {std::string(base::severityName(code.severity))}, {std::string(code.title)}});
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  return kOk;
}

}  // namespace

bool looksLikeCode(const Arguments& args) {
  if (args.positionals.size() != 1) return false;
  const std::string_view word = args.positional(0);
  return word.size() == 6 && base::toLower(word.substr(0, 2)) == "fl" &&
         std::all_of(word.begin() + 2, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int explainCode(Context& cx) {
  if (cx.args.has("--codes")) return listCodes(cx);
  const std::string_view word = cx.args.positional(0);
  const auto code = base::codeFromId(word);
  if (!code) {
    std::vector<std::string_view> ids;
    for (const base::CodeInfo& each : base::allCodes()) ids.push_back(each.id);
    return cx.fail(
        {base::Code::FL0904, fmt::format("no message has the code `{}`", shownWord(word)), suggestion(word, ids), {}});
  }
  const base::CodeInfo& info = base::info(*code);
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    writeCode(json, info);
    cx.out.write("\n");
    return kOk;
  }
  const std::size_t width = cx.out.dataWidth() == 0 ? 100 : std::min(cx.out.dataWidth(), 100u);
  cx.out.write(fmt::format("{}: {} ({})\n\n{}\n", cx.out.styled(kBold, info.id), info.title,
                           base::severityName(info.severity), wrapped(info.explanation, width)));
  return kOk;
}

}  // namespace fleetd::cli
