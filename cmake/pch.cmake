# One precompiled header for every library and program, as an object of its own, compiled with everybody's flags (-fPIE
# included) so that it fits everywhere. It names the directory it was made in: from ccache it could come with the path of
# another checkout that is gone, so it is always compiled here.
add_library(polyfon_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.h)
set_source_files_properties(${CMAKE_SOURCE_DIR}/cmake/pch.h PROPERTIES
  LANGUAGE CXX COMPILE_OPTIONS "-x;c++-header;-fpch-instantiate-templates")
target_link_libraries(polyfon_pch PRIVATE fmt::fmt)
set_target_properties(polyfon_pch PROPERTIES CXX_COMPILER_LAUNCHER "")
set(POLYFON_PCH ${CMAKE_BINARY_DIR}/CMakeFiles/polyfon_pch.dir/cmake/pch.h.o)

function(polyfon_use_pch target)
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${POLYFON_PCH})
  target_compile_options(${target} PRIVATE "SHELL:-include-pch ${POLYFON_PCH}")
  target_link_libraries(${target} PRIVATE fmt::fmt)  # the header was compiled with fmt's definitions
endfunction()
