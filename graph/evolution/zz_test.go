package evolution
import ("testing";"time")
func TestZZ(t *testing.T){ s,err:=Current(); if err!=nil{t.Fatal(err)}; for _,f:=range deprecationFaults(s,s,time.Now()){t.Error(f)}}
