# Failing memory and lost power.  The sanitizers have a malloc() of their own.
if(INFOROUTER_SANITIZED)
    return()
endif()

add_executable(torture torture.c scenarios.c allocator.c)
target_include_directories(torture PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(torture PRIVATE inforouter ir_warnings ${CMAKE_DL_LIBS})
# Its malloc() is to be found by the libraries.
set_target_properties(torture PROPERTIES
    ENABLE_EXPORTS ON C_VISIBILITY_PRESET default)

# The runs of a sample are the same every time.
foreach(name malloc power)
    add_test(NAME torture-${name} COMMAND ${SYSTEM_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/${name}.py --sample 1 400)
    set_tests_properties(torture-${name} PROPERTIES
        ENVIRONMENT "IR=$<TARGET_FILE:ir>;IR_EMULATOR=$<TARGET_FILE:ir-emulator>;TORTURE=$<TARGET_FILE:torture>;IR_LIBRARY=$<TARGET_FILE:inforouter>"
        TIMEOUT 300 LABELS "torture;plain")
endforeach()
