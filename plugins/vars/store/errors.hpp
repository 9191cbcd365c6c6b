// Errors of the store.
#pragma once
#include <string>

#include <fleet/cxx/result.hpp>

namespace fleetd::vars::disk {

// VARS30: "cannot read /fleet/x: No such file or directory", with what to do about a full disk and the like. `code` is
// an errno.
fleet::Error failed(const std::string& what, const std::string& path, int code);

}  // namespace fleetd::vars::disk
