// fleet/cxx/boundary.hpp - the edge to C: exceptions stop here, errors are copied out, bytes go through the
// writer.
#pragma once
#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "result.hpp"

namespace fleet {

namespace detail {

template <std::size_t Size>
void copyText(char (&to)[Size], std::string_view from) noexcept {
  auto size = std::min(Size - 1, from.size());
  while (size > 0 && size < from.size() && (static_cast<unsigned char>(from[size]) & 0xc0) == 0x80)
    --size;  // whole characters
  std::memcpy(to, from.data(), size);
  to[size] = '\0';
}

}  // namespace detail

// Fills a C error, which may be null; returns its status, which is never FLEET_OK.
inline fleet_status_t fillError(fleet_error_t* to, fleet_status_t status, std::string_view code, std::string_view path,
                                std::string_view message, std::string_view hint, std::uint32_t span = 0) noexcept {
  if (status >= FLEET_OK) status = FLEET_E_UNKNOWN;
  if (FLEET_HAS(to, fleet_error_t, hint)) {
    to->status = status;
    to->span = span;
    detail::copyText(to->code, code);
    detail::copyText(to->path, path);
    detail::copyText(to->message, message);
    detail::copyText(to->hint, hint);
  }
  return status;
}
inline fleet_status_t fillError(fleet_error_t* to, const Error& from) noexcept {
  return fillError(to, from.status, from.code, from.path, from.message, from.hint, from.span);
}

// Runs `body`, which returns a Result. The only place where exceptions are caught: none may reach C.
template <class F>
fleet_status_t guard(fleet_error_t* err, F&& body) noexcept {
  try {
    auto result = body();
    return result ? fleet_status_t{FLEET_OK} : fillError(err, result.error());
  } catch (const std::bad_alloc&) {
    return fillError(err, FLEET_E_OUT_OF_MEMORY, "", "", "out of memory", "");
  } catch (const std::exception& e) {
    return fillError(err, FLEET_E_EXCEPTION, "", "", e.what(), "");
  } catch (...) {
    return fillError(err, FLEET_E_EXCEPTION, "", "", "an exception that is no std::exception", "");
  }
}
template <class F>
void guardVoid(F&& body) noexcept {
  try {
    body();
  } catch (...) {  // there is nobody to tell
  }
}

inline Result<void> writeAll(const fleet_writer_t* out, std::string_view bytes) {
  const auto status = out->write(out, bytes.data(), bytes.size());
  if (status == FLEET_OK) return {};
  return Error{status, "FL0311", {}, "the host refused the bytes of the answer", {}, 0};
}

}  // namespace fleet
