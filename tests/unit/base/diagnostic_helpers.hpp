// What tests of diagnostics share: texts with places in them.
#pragma once
#include <string_view>

#include <gtest/gtest.h>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"

namespace fleetd::base {

class DiagnosticTest : public ::testing::Test {
 protected:
  // The span of the n-th occurrence of `needle`.
  static Span at(const SourceFile& file, std::string_view needle, int n = 0) {
    std::size_t pos = file.text.find(needle);
    for (; n > 0; --n) pos = file.text.find(needle, pos + 1);
    const auto begin = file.base + static_cast<Pos>(pos);
    return {begin, begin + static_cast<Pos>(needle.size())};
  }
  Diagnostic diagnostic(Span span) const {
    Diagnostic d;
    d.code = Code::FL0101;
    d.message = "this is wrong";
    d.span = span;
    return d;
  }
  SourceMap sources_;
};

}  // namespace fleetd::base
