// Shared parts of the syntax tests.
#include "syntax_helpers.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

namespace fleetd::lang {

const std::vector<std::string_view>& testGlobals() {
  static const std::vector<std::string_view> names = {"true",
                                                      "false",
                                                      "null",
                                                      "builtins",
                                                      "map",
                                                      "toString",
                                                      "throw",
                                                      "abort",
                                                      "import",
                                                      "isNull",
                                                      "baseNameOf",
                                                      "dirOf",
                                                      "removeAttrs",
                                                      "scopedImport",
                                                      "__add",
                                                      "__length",
                                                      "__head",
                                                      "__typeOf",
                                                      "__lessThan",
                                                      "derivation",
                                                      "__concatStringsSep",
                                                      "fromTOML",
                                                      "__sub",
                                                      "__toJSON",
                                                      "__unsafeDiscardStringContext",
                                                      "placeholder"};
  return names;
}

Syntax::Syntax(std::string text, std::string directory, std::string name) {
  for (const std::string_view global : testGlobals()) globals.push_back(symbols.intern(global));
  const base::SourceFile* source = *sources.add(std::move(name), std::move(text));
  const auto named = globalsOf(globals);
  file = parse(*source, directory, symbols, {named});
}

std::string Syntax::place(Pos pos) const {
  const base::LineColumn at = sources.locate(pos).at;
  return fmt::format("{}:{}", at.line, at.column);
}

std::vector<std::string> Syntax::problems() const {
  std::vector<std::string> out;
  for (const base::Diagnostic& problem : file->problems)
    out.push_back(fmt::format("{} {}", place(problem.span.begin), problem.message));
  return out;
}

std::string outcome(std::string text, std::string directory) {
  const Syntax syntax(std::move(text), std::move(directory));
  if (syntax.ok()) return syntax.printed();
  return fmt::format("{}", fmt::join(syntax.problems(), "\n"));
}

std::vector<std::string> conformanceFiles(std::string_view below, std::string_view ending) {
  std::vector<std::string> out;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(FLEETD_CONFORMANCE) + "/" + std::string(below)))
    if (entry.is_regular_file() && entry.path().string().ends_with(ending)) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string readText(const std::string& path) {
  std::string out;
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) out.append(buffer, got);
    std::fclose(file);
  }
  return out;
}

}  // namespace fleetd::lang
