// The first message of a peer: a token that only it can know, and what it has to say. The kernel hands the token over
// when it starts the peer, so that nobody else who reaches the socket can speak in its name.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace fleetd::bus {

// 16 random bytes as hex: a token, or the part of a routing id that nobody can guess.
std::string randomName();

// The body of a hello, or of the error that stands for one.
std::string packHello(std::string_view token, std::string_view body);
// What was packed, when the token is this one; else nothing. The comparison takes the same time for every wrong token
// of the right length.
std::optional<std::string> openHello(std::string_view packed, std::string_view token);

}  // namespace fleetd::bus
