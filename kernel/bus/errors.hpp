// Errors that travel: the SDK's fleet::Error as base::Error, and as the body of an error message.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include <fleet/cxx/result.hpp>

#include "kernel/base/result.hpp"

namespace fleetd::bus {

// An error without a place.
inline Error fail(Code code, std::string message, std::string hint = {}) {
  return {code, std::move(message), std::move(hint), {}};
}

// An error of the SDK's readers (a malformed document) as one of ours; `what` names the document.
Error fromReader(const ::fleet::Error& error, std::string_view what);

// The body of a message of kind `error`, both ways. Reading never fails: what cannot be read becomes an error
// about that.
std::string packError(const ::fleet::Error& error);
::fleet::Error parseError(std::string_view body);

// The stable names of the status codes, for messages: "denied".
std::string_view statusName(fleet_status_t status);

}  // namespace fleetd::bus
