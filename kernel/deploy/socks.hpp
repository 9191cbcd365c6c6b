// Connections through a SOCKS5 proxy (RFC 1928), which looks up names itself.
#pragma once
#include <chrono>
#include <string>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::deploy {

// `proxy` is "127.0.0.1:9050", "[::1]:9050" or "unix:/path". Error FL0884 with what the proxy said. Thread: any.
Result<base::UniqueFd> connectBySocks(const std::string& proxy, const std::string& host, unsigned port,
                                      std::chrono::milliseconds limit);

// Whether a proxy answers there that wants no password.
bool socksAnswers(const std::string& proxy);

}  // namespace fleetd::deploy
