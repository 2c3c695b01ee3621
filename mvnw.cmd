@echo off
rem Runs Maven: the installed one if it is new enough, else the one that .mvn\wrapper\maven-wrapper.properties pins.
rem MVNW_DOWNLOAD=true: always the pinned one. Needs Java 17 or newer: JAVA_HOME, else java on the PATH.
setlocal EnableExtensions DisableDelayedExpansion
set "here=%~dp0"
for /f "usebackq eol=# tokens=1,* delims==" %%a in ("%here%.mvn\wrapper\maven-wrapper.properties") do set "%%a=%%b"

if defined JAVA_HOME (set "java=%JAVA_HOME%\bin\java.exe") else (set "java=java.exe")
set "found="
rem Second and third word of: openjdk version "17.0.15". "call", so that cmd leaves the quotes of a path alone.
for /f "usebackq tokens=2,3" %%a in (`call "%java%" -version 2^>^&1`) do if "%%a"=="version" if not defined found set "found=%%~b"
if defined found goto java_found
echo mvnw: no Java found. Install a JDK 17 or newer, or set JAVA_HOME to one. 1>&2
exit /b 1

:java_found
for /f "tokens=1 delims=.-" %%v in ("%found%") do set "major=%%v"
if %major% GEQ 17 goto java_ok
echo mvnw: "%java%" is Java %found%, wanted 17 or newer. Set JAVA_HOME to one. 1>&2
exit /b 1

:java_ok
if /i "%MVNW_DOWNLOAD%"=="true" goto pinned
where mvn >nul 2>nul || goto pinned
set "installed="
for /f "tokens=3" %%v in ('mvn --version 2^>nul ^| findstr /c:"Apache Maven"') do set "installed=%%v"
if not defined installed goto pinned
powershell -NoProfile -Command "exit [int]([version]($env:installed -replace '-.*','') -lt [version]$env:minimumVersion)"
if errorlevel 1 goto pinned
call mvn %*
exit /b

:pinned
set "home=%USERPROFILE%\.m2\wrapper"
set "maven=%home%\apache-maven-%distributionVersion%"
if exist "%maven%\bin\mvn.cmd" goto run
set "scratch=%home%\download.%RANDOM%"
echo mvnw: downloading %distributionUrl% 1>&2
powershell -NoProfile -Command "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; New-Item -ItemType Directory -Force $env:scratch | Out-Null; $file = Join-Path $env:scratch 'maven.tar.gz'; Invoke-WebRequest -UseBasicParsing $env:distributionUrl -OutFile $file; $actual = (Get-FileHash -Algorithm SHA512 $file).Hash; if ($actual -ne $env:distributionSha512Sum) { throw ('SHA-512 is ' + $actual + ', wanted ' + $env:distributionSha512Sum + '. Nothing was installed.') }; tar -xzf $file -C $env:scratch; if ($LASTEXITCODE) { throw 'tar could not unpack the download' }; Move-Item (Join-Path $env:scratch ('apache-maven-' + $env:distributionVersion)) $env:maven"
set "result=%errorlevel%"
if exist "%scratch%" rmdir /s /q "%scratch%"
if not "%result%"=="0" exit /b 1

:run
call "%maven%\bin\mvn.cmd" %*
exit /b
