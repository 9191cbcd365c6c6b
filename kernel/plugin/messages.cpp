// Bodies of requests and replies.
#include "kernel/plugin/messages.hpp"

#include <fleet/cxx/mapping.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"

namespace fleetd::plugin {

namespace {

void packInto(sdk::Packer& out, const Finding& finding) {
  sdk::FieldPacker map;
  map.text("code", finding.error.code);
  map.text("hint", finding.error.hint);
  map.text("message", finding.error.message);
  map.text("path", finding.error.path);
  map.field("severity").natural(finding.severity);
  if (finding.error.span != 0) map.field("span").natural(finding.error.span);
  map.finish(out);
}

sdk::Result<bool> readNumber(sdk::Reader& in, std::uint32_t& out, std::uint64_t most) {
  FLEET_TRY_ASSIGN(const auto number, in.natural());
  if (number > most) return sdk::overLimit("a number is too large");
  out = static_cast<std::uint32_t>(number);
  return true;
}

sdk::Result<Finding> readFinding(sdk::Reader& in) {
  Finding out;
  FLEET_TRY(sdk::readFields(in, sdk::Unknown::refuse, [&](std::string_view name) -> sdk::Result<bool> {
    if (name == "code") return sdk::readInto(in, out.error.code);
    if (name == "hint") return sdk::readInto(in, out.error.hint);
    if (name == "message") return sdk::readInto(in, out.error.message);
    if (name == "path") return sdk::readInto(in, out.error.path);
    if (name == "severity") return readNumber(in, out.severity, FLEET_SEVERITY_ERROR);
    if (name == "span") return readNumber(in, out.error.span, UINT32_MAX);
    return false;
  }));
  return out;
}

sdk::Result<Answer> readAnswer(sdk::Reader& in) {
  Answer out{std::string(), {}};
  FLEET_TRY(sdk::readFields(in, sdk::Unknown::refuse, [&](std::string_view name) -> sdk::Result<bool> {
    if (name == "ok") {
      FLEET_TRY_ASSIGN(const auto bytes, in.bin());
      if (out.document) *out.document = bytes;
      return true;
    }
    if (name == "error") {
      FLEET_TRY_ASSIGN(const auto bytes, in.slice());
      out.document = bus::parseError(bytes);
      return true;
    }
    if (name != "findings") return false;
    FLEET_TRY(sdk::readElements(in, [&]() -> sdk::Result<void> {
      FLEET_TRY_ASSIGN(auto finding, readFinding(in));
      out.findings.push_back(std::move(finding));
      return {};
    }));
    return true;
  }));
  return out;
}

}  // namespace

std::string packDocuments(const std::vector<std::string>& documents) {
  sdk::Packer out;
  out.array(documents.size());
  for (const auto& document : documents) out.bin(document);
  return out.take();
}

sdk::Result<std::vector<std::string_view>> parseDocuments(std::string_view body) {
  sdk::Reader in(body);
  std::vector<std::string_view> out;
  FLEET_TRY(sdk::readElements(in, [&]() -> sdk::Result<void> {
    FLEET_TRY_ASSIGN(const auto document, in.bin());
    out.push_back(document);
    return {};
  }));
  if (!in.done()) return sdk::malformed("bytes after the end of a request");
  return out;
}

std::string packAnswers(const std::vector<Answer>& answers) {
  sdk::Packer out;
  out.array(answers.size());
  for (const auto& answer : answers) {
    sdk::FieldPacker map;
    if (!answer.document) map.field("error").raw(bus::packError(answer.document.error()));
    if (!answer.findings.empty()) {
      auto& list = map.field("findings");
      list.array(answer.findings.size());
      for (const auto& finding : answer.findings) packInto(list, finding);
    }
    if (answer.document) map.field("ok").bin(*answer.document);
    map.finish(out);
  }
  return out.take();
}

Result<std::vector<Answer>> parseAnswers(std::string_view body) {
  FLEETD_TRY(bus::prescan(body));
  sdk::Reader in(body);
  std::vector<Answer> out;
  const auto done = sdk::readElements(in, [&]() -> sdk::Result<void> {
    FLEET_TRY_ASSIGN(auto answer, readAnswer(in));
    out.push_back(std::move(answer));
    return {};
  });
  if (!done) return bus::fromReader(done.error(), "a plugin's reply");
  return out;
}

}  // namespace fleetd::plugin
