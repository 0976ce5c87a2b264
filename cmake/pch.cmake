# One precompiled header for every library and program. It is compiled as an object of its own rather than by
# target_precompile_headers(), whose generated files carry the path of the build directory: like this ccache serves one
# build directory from another. Everything is compiled with the same flags (-fPIE included), so that it fits everywhere.
add_library(polyfon_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.h)
set_source_files_properties(${CMAKE_SOURCE_DIR}/cmake/pch.h PROPERTIES
  LANGUAGE CXX COMPILE_OPTIONS "-x;c++-header;-fpch-instantiate-templates")
target_link_libraries(polyfon_pch PRIVATE fmt::fmt)
set(POLYFON_PCH ${CMAKE_BINARY_DIR}/CMakeFiles/polyfon_pch.dir/cmake/pch.h.o)

function(polyfon_use_pch target)
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${POLYFON_PCH})
  target_compile_options(${target} PRIVATE "SHELL:-include-pch ${POLYFON_PCH}")
  target_link_libraries(${target} PRIVATE fmt::fmt)  # the header was compiled with fmt's definitions
endfunction()
