// The checked proxy: one call of a plugin, and what may not come out of it.
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/hash.hpp"
#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/probe_impl.hpp"

namespace fleetd::plugin {

Error Prober::broken(std::string what, std::string hint) {
  return fail(Code::FL0341, std::move(what), std::move(hint));
}

void Prober::begin(const std::string& step) {
  if (!step_.empty() && report_.wroteToOutput())
    find(fail(Code::FL0343, "it wrote to standard output", "say it through fleet.log/1"));
  step_ = step;
  if (!step.empty()) report_.begin(step);
}

fleet_status_t Prober::write(const fleet_writer_t* self, const void* data, std::uint64_t size) noexcept {
  auto& sink = *static_cast<Sink*>(self->impl);
  if (!sink.open) {
    sink.owner->find(broken("it uses the writer of a call that has ended", "keep no pointer to it"));
    return FLEET_E_STATE;
  }
  if (size > 0 && !data) {
    sink.owner->find(broken("it writes bytes from a null pointer", "check what it hands over"));
    return FLEET_E_INVALID_ARGUMENT;
  }
  if (sink.refused || size > FLEET_MAX_MESSAGE - sink.bytes.size()) {
    sink.refused = true;
    sink.bytes.clear();
    return FLEET_E_LIMIT;
  }
  sink.bytes.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  return FLEET_OK;
}

void Prober::checkTexts(fleet_status_t status, const fleet_error_t& error, bool mayFail) {
  const auto text = [&](std::string_view field, const char* bytes, std::size_t size) {
    const std::size_t length = strnlen(bytes, size);
    if (length == size)
      find(broken(fmt::format("`{}` of its error has no end", field), "leave room for the NUL byte"));
    else if (base::invalidUtf8At(std::string_view(bytes, length)))
      find(broken(fmt::format("`{}` of its error is not UTF-8", field), "cut texts between characters"));
  };
  text("code", error.code, sizeof error.code);
  text("path", error.path, sizeof error.path);
  text("message", error.message, sizeof error.message);
  text("hint", error.hint, sizeof error.hint);
  if (error.struct_size != FLEET_SIZE(fleet_error_t))
    find(broken("it changes the size in the error struct", "the caller owns that field"));
  if (status > FLEET_OK || status < FLEET_E_EXCEPTION)
    return find(
        broken(fmt::format("it returned the status {}, which is none", status), "return FLEET_OK or FLEET_E_…"));
  if (mayFail || status == FLEET_E_UNSUPPORTED) {
    if (error.message[0] == '\0' && status != FLEET_E_UNSUPPORTED)
      find(broken(fmt::format("it failed with `{}` and without a message", bus::statusName(status)),
                  "fill the error struct"));
    return;
  }
  if (status == FLEET_E_EXCEPTION)
    find(fail(Code::FL0309, "a C++ exception came to the boundary: " + readError(error).message,
              "catch it and return an error"));
  else
    find(pluginError("it failed", readError(error)));
}

void Prober::checkDiagnostics() {
  for (const auto& finding : host_->end())
    if (finding.severity > FLEET_SEVERITY_ERROR)
      find(broken(fmt::format("it reports a finding of severity {}", finding.severity), "0, 1 or 2"));
    else if (finding.error.message.empty())
      find(broken("it reports a finding without a message", "say what is wrong in one sentence"));
}

bool Prober::call(const Call& function, std::string* bytes, bool mayFail) {
  Sink& sink = sinks_.emplace_back(Sink{this, {}, {}});
  sink.c = {FLEET_SIZE(fleet_writer_t), 0, &sink, write};
  fleet_error_t error{};
  error.struct_size = FLEET_SIZE(fleet_error_t);
  host_->begin(0);
  const fleet_status_t status = function(&sink.c, &error);
  sink.open = false;
  checkDiagnostics();
  if (sink.refused) {
    find(
        fail(Code::FL0311, fmt::format("its answer is larger than {} bytes", static_cast<int>(FLEET_MAX_MESSAGE)), ""));
    return false;
  }
  if (status != FLEET_OK) {
    checkTexts(status, error, mayFail);
    return false;
  }
  if (bytes) *bytes = std::move(sink.bytes);
  return true;
}

bool Prober::twice(const std::string& step, const Call& function, std::string& bytes, bool mayFail) {
  begin(step);
  if (!call(function, &bytes, mayFail)) return false;
  report_.answer(step, base::blake2b(bytes));
  std::string again;
  if (call(function, &again, mayFail) && again != bytes)
    find(fail(Code::FL0342, "the second call gave other bytes", "sort it, and leave out clocks, addresses and chance"));
  begin(step + " without an error struct");
  call([&](const fleet_writer_t* out, fleet_error_t*) { return function(out, nullptr); }, nullptr, true);
  return true;
}

void Prober::garbage(
    const std::string& step,
    const std::function<fleet_status_t(fleet_bytes_t, const fleet_writer_t*, fleet_error_t*)>& function) {
  // No document, one that is cut off, and one that claims to hold four billion values.
  constexpr std::string_view kDocuments[] = {"", "\xc1", "\x85\xa4host\xa3", "\xdd\xff\xff\xff\xff\xc0"};
  begin(step + " with damaged documents");
  for (const std::string_view document : kDocuments)
    call(
        [&](const fleet_writer_t* out, fleet_error_t* error) {
          return function({document.data(), document.size()}, out, error);
        },
        nullptr, true);
}

}  // namespace fleetd::plugin
