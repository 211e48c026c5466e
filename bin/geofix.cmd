@echo off
rem Runs the geofix command on Windows, from an unpacked archive or from a built checkout.
setlocal
set "GEOFIX_ROOT=%~dp0.."
set "GEOFIX_CP=%GEOFIX_ROOT%\lib\*"
if not exist "%GEOFIX_ROOT%\lib" set "GEOFIX_CP=%GEOFIX_ROOT%\geo-cli\target\classes;%GEOFIX_ROOT%\geo-cli\target\lib\*"
if exist "%GEOFIX_ROOT%\lib" goto run
if exist "%GEOFIX_ROOT%\geo-cli\target\lib" goto run
echo geofix: not built yet; run in "%GEOFIX_ROOT%": mvn -q -DskipTests package 1>&2
exit /b 1
:run
set "GEOFIX_JAVA=java"
set "GEOFIX_JAVA_HOME=%JAVA_HOME%"
if defined JAVA_HOME set "GEOFIX_JAVA=%JAVA_HOME%\bin\java"
if not defined JAVA_HOME for %%J in (java.exe) do set "GEOFIX_JAVA_HOME=%%~dp$PATH:J.."
if not defined GEOFIX_HEAP set "GEOFIX_HEAP=1g"
rem Without PASSIVE, OpenMP threads that wait keep the cores from the ones that work.
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
rem With the Vector API searches are up to four times as fast; Java does not start where it lacks the module, which the
rem file "release" of its home lists.
set "GEOFIX_VECTOR="
findstr /c:"jdk.incubator.vector" "%GEOFIX_JAVA_HOME%\release" >nul 2>nul && set "GEOFIX_VECTOR=--add-modules=jdk.incubator.vector"
"%GEOFIX_JAVA%" %GEOFIX_VECTOR% -Xmx%GEOFIX_HEAP% -Xshare:auto -XX:+UseSerialGC -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true "-Dgeofix.home=%GEOFIX_ROOT%" -cp "%GEOFIX_CP%" io.github.geofix.cli.Main %*
exit /b %ERRORLEVEL%
