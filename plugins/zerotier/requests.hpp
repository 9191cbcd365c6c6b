// What the command `fleetd zerotier` asks, because the formats are known here.
#pragma once
#include <string>
#include <string_view>

#include <fleet/cxx/result.hpp>

namespace zerotier {

// { verb = "prove", identities = [ text… ] } is answered with { problems = [ null or text… ] }, in their order: whether
// each is a public identity whose address the proof of work gives. Errors: ZT22 for anything else.
fleet::Result<std::string> answerRequest(std::string_view body);

}  // namespace zerotier
