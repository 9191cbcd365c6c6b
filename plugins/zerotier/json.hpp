// Plain values as JSON, in one line.
#pragma once
#include <string>

#include <fleet/cxx/value.hpp>

namespace zerotier {

// Sets, lists, texts, integers, booleans and null; anything else is null.
std::string jsonText(const fleet::Value& value);

}  // namespace zerotier
